import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest
from pymongo import AsyncMongoClient

from support.servers.pool import KINDS, Desk, Servers, ask
from support.servers.process import ServerFailed, free_port, package, running, workspace

STARTER = """
import signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # a run in the background ignores it
sys.path.insert(0, sys.argv[1])
from support.servers import valkey
with valkey() as url:
    print(url, flush=True)
    time.sleep(60)
"""


def reachable(url: str) -> bool:
    parts = urlsplit(url)
    with socket.socket() as probe:
        return probe.connect_ex((parts.hostname or "", parts.port or 0)) == 0


async def test_postgres_gives_a_database_of_its_own(postgres_database: str):
    connection = await asyncpg.connect(postgres_database)

    tables = await connection.fetchval("select count(*) from pg_tables where schemaname = 'public'")
    await connection.close()

    assert tables == 0


async def test_mongo_takes_a_transaction(mongo_database: tuple[str, str]):
    url, name = mongo_database
    async with AsyncMongoClient[dict[str, int]](url) as client, client.start_session() as session:
        rows = client[name]["rows"]
        async with await session.start_transaction():
            await rows.insert_one({"_id": 1}, session=session)

        assert await rows.count_documents({}) == 1


def test_valkey_answers(valkey_server: str):
    assert reachable(valkey_server)


def test_one_server_of_a_kind_serves_the_whole_run(server_url: Callable[[str], str]):
    assert server_url("valkey") == server_url("valkey")


def test_another_process_of_the_run_gets_the_same_server(
    valkey_server: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("TEST_REDIS_URL", valkey_server)
    servers = Servers()
    desk = Desk(servers)

    assert ask(desk.address, desk.key, "valkey") == servers.url("valkey") == valkey_server

    servers.close()


def test_a_given_url_is_used_as_it_is(monkeypatch: pytest.MonkeyPatch):
    for kind, variable in (
        ("postgres", "TEST_POSTGRES_URL"),
        ("mongo", "TEST_MONGODB_URL"),
        ("valkey", "TEST_REDIS_URL"),
    ):
        monkeypatch.setenv(variable, f"{kind}://elsewhere")

        with KINDS[kind]() as url:
            assert url == f"{kind}://elsewhere"


def test_a_server_that_ends_at_once_is_reported_with_its_words():
    with workspace() as folder:
        script = folder / "server"
        script.write_text("#!/bin/sh\necho no such disk\nexit 3\n")
        script.chmod(0o755)

        with (
            pytest.raises(ServerFailed, match=r"(?s)server could not.*ended with 3.*no such disk"),
            running([str(script)], folder, lambda: False),
        ):
            pass


def test_a_missing_wheel_is_reported_with_what_to_do():
    with pytest.raises(ServerFailed, match=r"install some-wheel .* in TEST_X_URL"):
        package("not_installed.at_all", "some-wheel", "TEST_X_URL")


def test_a_server_that_failed_fails_for_every_process_that_asks():
    @contextmanager
    def broken() -> Iterator[str]:
        yield str(package("nothing", "w", "V"))

    servers = Servers({"valkey": broken})
    desk = Desk(servers)

    for _ in range(2):
        with pytest.raises(ServerFailed, match="nothing is missing"):
            ask(desk.address, desk.key, "valkey")

    servers.close()


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT])
def test_servers_end_with_the_run_however_it_ends(end: signal.Signals):
    tests = str(Path(__file__).parents[2])
    environment = {key: value for key, value in os.environ.items() if key != "TEST_REDIS_URL"}
    run = subprocess.Popen(  # noqa: S603  (this very interpreter)
        [sys.executable, "-c", STARTER, tests],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment,
    )
    assert run.stdout is not None
    url = run.stdout.readline().strip()
    assert reachable(url)

    run.send_signal(end)
    run.communicate()

    deadline = time.monotonic() + 10
    while reachable(url) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not reachable(url)


def test_a_folder_left_by_a_killed_run_is_swept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    left = tmp_path / "moniqo-server-99999999-x"
    left.mkdir()

    with workspace() as folder:
        assert list(tmp_path.iterdir()) == [folder]

    assert list(tmp_path.iterdir()) == []


def test_a_free_port_can_be_listened_on():
    with socket.create_server(("127.0.0.1", free_port())) as server:
        assert server.getsockname()[1] >= 20_000
