"""`moniqo worker`, and workers that are told to stop."""

import asyncio
import os
import signal
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from dishka import AsyncContainer, Provider, Scope, decorate, provide

from moniqo.adapters.persistence.backend import Backend
from moniqo.adapters.queue.kinds import TaskKind
from moniqo.adapters.queue.worker import Terms, Worker
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.query import eq
from moniqo.application.shared.system import Randomness
from moniqo.application.shared.tasks import TaskContext, TaskQueue, Wanted
from moniqo.domain.operations.task import Task, TaskStatus
from moniqo.entrypoints.cli.exits import Exit
from moniqo.entrypoints.container import build_container
from moniqo.entrypoints.settings import load
from moniqo.entrypoints.working import work
from support.crash_worker import ENDLESS
from support.crashing import operated, workers
from support.servers.forked import forked

Run = Callable[..., object]
PATIENCE = 30


class Short(Provider):
    """Waits, and has no patience once it is told to stop."""

    scope = Scope.APP

    def __init__(self, begun: asyncio.Event) -> None:
        super().__init__()
        self._begun = begun

    @decorate
    def terms(self, terms: Terms) -> Terms:
        async def wait(_: TaskContext) -> None:
            self._begun.set()
            await asyncio.Event().wait()

        return replace(terms, kinds={**terms.kinds, ENDLESS: TaskKind(wait)})

    @provide
    async def worker(
        self, backend: Backend, uow: UnitOfWork, randomness: Randomness, terms: Terms
    ) -> AsyncIterator[Worker]:
        worker = Worker(backend.tasks(), uow, randomness, terms)
        yield worker
        await worker.close(0.05)


def sqlite_in(folder: Path) -> dict[str, str]:
    return {"DATABASE_URL": f"sqlite:///{folder / 'moniqo.sqlite3'}", "BCRYPT_COST": "4"}


async def wanted(container: AsyncContainer) -> None:
    await (await container.get(Backend)).migrate()
    queue = await container.get(TaskQueue)
    async with (await container.get(UnitOfWork))() as tx:
        await queue.add(tx, Wanted(ENDLESS))


async def waiting(container: AsyncContainer) -> Task:
    async with (await container.get(UnitOfWork))() as tx:
        found = await tx[Task].first(eq("kind", ENDLESS))
    assert found is not None
    return found


@asynccontextmanager
async def at_work(folder: Path) -> AsyncIterator[tuple[asyncio.Task[None], asyncio.Event]]:
    """A worker in this process, and what tells that it has begun the task."""
    begun = asyncio.Event()
    container = build_container(load(sqlite_in(folder), folder / ".env"), Short(begun))
    working = asyncio.create_task(work(container))
    try:
        yield working, begun
    finally:
        working.cancel()
        with suppress(asyncio.CancelledError):
            await working
        await container.close()


async def test_a_worker_that_is_told_to_stop_hands_back_what_another_takes_at_once(
    tmp_path: Path,
) -> None:
    async with operated(sqlite_in(tmp_path), tmp_path) as container:
        await wanted(container)
        async with at_work(tmp_path) as (working, begun):
            await asyncio.wait_for(begun.wait(), PATIENCE)
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.wait_for(asyncio.shield(working), PATIENCE)
        handed_back = await waiting(container)
        async with at_work(tmp_path) as (_, begun):
            # Sooner than the lease would be over.
            await asyncio.wait_for(begun.wait(), 5)

    assert (handed_back.status, handed_back.ready) == (TaskStatus.QUEUED, True)
    assert (handed_back.attempts, handed_back.lease_until) == (0, None)


async def test_a_second_signal_ends_a_worker_that_still_has_something_to_do(
    tmp_path: Path,
) -> None:
    settings = sqlite_in(tmp_path)
    async with operated(settings, tmp_path) as container:
        await wanted(container)
        async with workers(settings, tmp_path) as next_worker:
            worker = await next_worker()
            async with asyncio.timeout(PATIENCE):
                while (await waiting(container)).status is not TaskStatus.RUNNING:  # noqa: ASYNC110  (another process)
                    await asyncio.sleep(0.05)
            os.kill(worker, signal.SIGTERM)
            await asyncio.sleep(0.3)
            os.kill(worker, signal.SIGTERM)
            # There is another one as soon as this one is dead.
            another = await asyncio.wait_for(next_worker(), 5)
            left = await waiting(container)

    assert another != worker
    assert (left.status, left.attempts) == (TaskStatus.RUNNING, 1)


def test_a_worker_works_until_it_is_told_to_stop(run: Run, tmp_path: Path) -> None:
    settings = sqlite_in(tmp_path)
    run("migrate", **settings)
    said = tmp_path / "said.txt"
    env = {**settings, "PATH": os.defpath}

    process = forked("worker", env=env, cwd=tmp_path, out=said, err=tmp_path / "worker.log")
    with closing(sqlite3.connect(tmp_path / "moniqo.sqlite3")) as store:
        while not store.execute("SELECT count(*) FROM schedules").fetchone()[0]:
            with suppress(subprocess.TimeoutExpired):
                assert not process.wait(0.05)
    process.terminate()

    assert process.wait(PATIENCE) == 0
    assert said.read_text() == "Stopped.\n"


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"PORT": "x"}, Exit.SETTINGS),
        ({"STORAGE_BACKEND": "sqlite"}, Exit.PENDING),
        (
            {"STORAGE_BACKEND": "postgres", "DATABASE_URL": "postgresql://u:canary@127.0.0.1:1/d"},
            Exit.UNAVAILABLE,
        ),
    ],
)
def test_a_worker_that_cannot_work_says_why(
    run: Run, tmp_path: Path, settings: dict[str, str], code: Exit
) -> None:
    (tmp_path / "moniqo.sqlite3").touch()

    ran = run("worker", "--json", **{**sqlite_in(tmp_path), **settings})

    assert ran.code == code
    assert "canary" not in ran.err
