"""The program as the shell sees it."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from time import monotonic, sleep
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from moniqo.domain.agents.run import RunStatus
from moniqo.entrypoints.cli.exits import Exit
from moniqo.entrypoints.settings.variables import variables
from support.stories import as_stored, left_behind

PROGRAM = [sys.executable, "-c", "from moniqo.entrypoints.cli import main; main()"]
HEAVY = {"alembic", "asyncpg", "dishka", "litestar", "msgspec", "pymongo", "sqlalchemy", "uvicorn"}
READY_WITHIN = 30
SQLITE = {"DATABASE_URL": "sqlite:///moniqo.sqlite3", "BCRYPT_COST": "4"}
SUPERADMIN = {
    "SUPERADMIN_EMAIL": "root@example.com",
    "SUPERADMIN_PASSWORD": "Sesame-Opens-9",
    "SUPERADMIN_FIRST_NAME": "Ada",
    "SUPERADMIN_LAST_NAME": "Root",
}
LOGIN = json.dumps({"email": "root@example.com", "password": "Wrong-Guess-7"}).encode()


def environment(**settings: str) -> dict[str, str]:
    ours = {variable.name for variable in variables()}
    return {name: value for name, value in os.environ.items() if name not in ours} | settings


def ended(folder: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603  (our own program)
        [*PROGRAM, *words],
        cwd=folder,
        env=environment(**settings),
        capture_output=True,
        text=True,
        timeout=READY_WITHIN,
        check=False,
    )


@contextmanager
def serving(folder: Path, **settings: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server that has come up, and its address."""
    process = subprocess.Popen(  # noqa: S603  (our own program)
        [*PROGRAM, "serve", "--port", "0"],
        cwd=folder,
        env=environment(**settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process, address(process)
    finally:
        process.kill()
        process.communicate()


def address(process: subprocess.Popen[str]) -> str:
    for line in process.stderr:
        message = json.loads(line)["message"]
        if message.startswith("Uvicorn running on "):
            return message.split()[3]
    raise AssertionError("the server did not come up")


@pytest.mark.parametrize("words", [["--help"], ["serve", "--help"], ["demo", "--help"]])
def test_help_imports_nothing_heavy(words):
    program = (
        "import sys; from moniqo.entrypoints.cli.root import moniqo\n"
        "try: moniqo(sys.argv[1:])\n"
        "except SystemExit: print(*sys.modules, file=sys.stderr)"
    )
    ran = subprocess.run(  # noqa: S603  (our own program)
        [sys.executable, "-c", program, *words], capture_output=True, text=True, check=True
    )

    assert "Usage" in ran.stdout
    assert HEAVY & {name.partition(".")[0] for name in ran.stderr.split()} == set()


def test_the_version_is_told(tmp_path):
    assert ended(tmp_path, "--version").stdout.startswith("moniqo, version ")


def test_no_command_is_wrong_usage(tmp_path):
    assert ended(tmp_path, "dance").returncode == Exit.USAGE


@pytest.mark.parametrize("backend", ["memory", "sqlite"])
def test_a_server_answers_until_it_is_told_to_stop(tmp_path, backend):
    ended(tmp_path, "migrate", **SQLITE)

    with serving(tmp_path, STORAGE_BACKEND=backend, **SQLITE) as (process, url):
        with urlopen(f"{url}/health/ready") as answer:  # noqa: S310  (our own server)
            assert answer.status == 200
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=READY_WITHIN)

    assert (process.returncode, out) == (0, "Stopped.\n")


def test_a_caller_cannot_claim_to_be_somewhere_else(tmp_path):
    ended(tmp_path, "init", **SQLITE, **SUPERADMIN).check_returncode()
    claim = {"Content-Type": "application/json", "X-Forwarded-For": "203.0.113.9"}

    with serving(tmp_path, **SQLITE) as (_, url):
        refused = Request(f"{url}/api/v1/auth/login", LOGIN, claim)  # noqa: S310  (our own server)
        with pytest.raises(HTTPError, match="401"):
            urlopen(refused)  # noqa: S310  (our own server)

    with closing(sqlite3.connect(tmp_path / "moniqo.sqlite3")) as store:
        rows = store.execute("SELECT DISTINCT ip_address FROM audit_logs WHERE status = 'failure'")
        assert rows.fetchall() == [("127.0.0.1",)]


def test_a_run_that_a_dead_process_left_is_taken_up_by_the_next_server(folder, story):
    run_id = left_behind(story.flow)

    with serving(folder, **SQLITE):
        deadline = monotonic() + READY_WITHIN
        while not as_stored(run_id).is_final and monotonic() < deadline:
            sleep(0.2)

    assert as_stored(run_id).status is RunStatus.SUCCEEDED


def test_a_server_does_not_start_with_wrong_settings(tmp_path):
    ran = ended(tmp_path, "serve", PORT="x", STORAGE_BACKEND="mongoo")

    assert ran.returncode == Exit.SETTINGS
    assert "PORT" in ran.stderr
    assert "did you mean mongo?" in ran.stderr


def test_a_server_does_not_start_before_migrations(tmp_path):
    (tmp_path / "moniqo.sqlite3").touch()

    ran = ended(tmp_path, "serve", **SQLITE)

    assert ran.returncode == Exit.PENDING
    assert "moniqo migrate" in ran.stderr


def test_a_server_does_not_start_without_its_store(tmp_path):
    where = {"STORAGE_BACKEND": "postgres", "DATABASE_URL": "postgresql://u:canary@127.0.0.1:1/d"}

    ran = ended(tmp_path, "serve", "--json", **where)

    assert ran.returncode == Exit.UNAVAILABLE
    assert json.loads(ran.stderr)["error"]["code"] == "UNAVAILABLE"
    assert "canary" not in ran.stderr


def test_a_port_that_is_taken_is_told(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ran = ended(tmp_path, "serve", "--port", port, STORAGE_BACKEND="memory")

    assert ran.returncode == Exit.FAULT
    assert "address already in use" in ran.stderr
