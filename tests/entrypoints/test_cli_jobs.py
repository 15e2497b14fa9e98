"""`moniqo jobs`: what was tried in vain is listed, looked at, retried and dropped."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from moniqo.adapters.persistence.collections import REGISTRY
from moniqo.adapters.persistence.recording import RecordedUnitOfWork
from moniqo.adapters.system import SystemClock, Uuid7Ids
from moniqo.application.shared.query import Listing
from moniqo.domain.audit.audit_log import AuditLog
from moniqo.domain.operations.task import Task, TaskId, TaskStatus
from moniqo.domain.shared.types import JsonObject
from support.store import Place, open_backend

SQLITE = {"STORAGE_BACKEND": "sqlite", "DATABASE_URL": "sqlite:///moniqo.sqlite3"}
SOMEBODY = "01900000-0000-7000-8000-000000000000"
WHEN = datetime(2026, 1, 5, 12, tzinfo=UTC)


async def _on_store(folder: Path, rows: tuple[Task, ...]) -> dict[str, Any]:
    """Add tasks; then the tasks by their ids, and how many audit entries there are."""
    backend = open_backend(Place("sqlite", f"sqlite:///{folder}/moniqo.sqlite3"), REGISTRY)
    async with RecordedUnitOfWork(backend, REGISTRY, SystemClock(), Uuid7Ids())() as tx:
        for row in rows:
            await tx[Task].add(row)
        tasks = (await tx[Task].page(Listing())).items
        entries = await tx[AuditLog].count()
    await backend.close()
    return {"tasks": {str(task.id): task.status for task in tasks}, "entries": entries}


def stored(folder: Path, *rows: Task) -> dict[str, Any]:
    return asyncio.run(_on_store(folder, rows))


def a_task(kind: str, status: TaskStatus = TaskStatus.FAILED) -> Task:
    return Task(
        id=TaskId(Uuid7Ids().new()),
        kind=kind,
        queue="default",
        lane=kind,
        due_at=WHEN,
        ready=False,
        status=status,
        payload=JsonObject({"name": "Ada"}),
        error="KeyError: \x1b[2J'x'",
        finished_at=WHEN,
    )


@pytest.fixture
def dead(run: Any, folder: Path) -> dict[str, str]:
    """Three that failed and one that did not, by their kinds."""
    run("migrate", **SQLITE)
    tasks = [a_task(kind) for kind in ("greet", "wave", "nod")]
    stored(folder, *tasks, a_task("done", TaskStatus.SUCCEEDED))
    return {task.kind: str(task.id) for task in tasks}


def test_what_has_failed_is_listed_and_shown(run: Any, dead: dict[str, str]) -> None:
    every = run("jobs", "list", "--json", **SQLITE).data
    waves = run("jobs", "list", "--kind", "wave", "--json", **SQLITE).data
    table = run("jobs", "list", "--limit", "1", **SQLITE).out
    shown = run("jobs", "show", dead["greet"], "--json", **SQLITE).data
    text = run("jobs", "show", dead["greet"], **SQLITE).out
    missing = run("jobs", "show", SOMEBODY, "--json", **SQLITE)

    assert {item["kind"]: item["id"] for item in every["items"]} == dead
    assert (every["total"], every["has_more"]) == (3, False)
    assert [item["id"] for item in waves["items"]] == [dead["wave"]]
    assert "\\x1b[2J" in table
    assert shown["payload"] == {"name": "Ada"}
    assert "kind: greet" in text
    assert "\x1b" not in text + table
    assert (missing.code, missing.error["code"]) == (5, "NOT_FOUND")


def test_what_is_retried_waits_again_and_what_is_dropped_is_gone(
    run: Any, folder: Path, dead: dict[str, str]
) -> None:
    before = stored(folder)["entries"]
    retried = run("jobs", "retry", dead["greet"], dead["greet"], **SQLITE)
    of_kind = run("jobs", "drop", "--all", "--kind", "nod", "--json", **SQLITE)
    again = run("jobs", "retry", dead["greet"], "--json", **SQLITE)
    rest = run("jobs", "drop", "--all", **SQLITE)
    after = stored(folder)

    assert (retried.code, retried.out.strip()) == (0, "1 will be tried again.")
    assert of_kind.data == {"ids": [dead["nod"]]}
    assert (again.code, again.error["code"]) == (6, "INVALID_STATE")
    assert rest.out.strip() == "1 dropped."
    assert sorted(after["tasks"].values()) == ["queued", "succeeded"]
    assert after["tasks"][dead["greet"]] == "queued"
    assert after["entries"] == before + 3
    assert run("jobs", "list", **SQLITE).out.strip() == "Nothing has failed."


@pytest.mark.parametrize("command", ["retry", "drop"])
@pytest.mark.parametrize("words", [(), ("--all", SOMEBODY), (SOMEBODY, "--kind", "greet")])
def test_it_must_be_said_which(run: Any, command: str, words: tuple[str, ...]) -> None:
    assert run("jobs", command, *words, **SQLITE).code == 4


@pytest.mark.parametrize("command", [("jobs", "list"), ("users", "list")])
@pytest.mark.parametrize("option", ["--limit", "--offset"])
def test_more_than_any_store_counts_to_is_refused(
    run: Any, command: tuple[str, ...], option: str
) -> None:
    run("migrate", **SQLITE)

    assert run(*command, option, "1000000000", **SQLITE).code == 0
    refused = run(*command, option, str(2**63), **SQLITE)

    assert (refused.code, option in refused.err) == (2, True)


def test_a_worker_of_what_another_process_has_in_memory_is_refused(run: Any) -> None:
    refused = run("worker", STORAGE_BACKEND="memory")

    assert (refused.code, "STORAGE_BACKEND" in refused.err) == (4, True)
