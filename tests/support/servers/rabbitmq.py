"""RabbitMQ, as Debian packages it, in a folder and on ports of its own."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.servers.process import ServerFailed, free_port, running, workspace

SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")


@contextmanager
def rabbitmq() -> Iterator[str]:
    """Its `amqp://…`; that of `TEST_AMQP_URL`, if that is set."""
    given = os.environ.get("TEST_AMQP_URL")
    if given:
        yield given
        return
    with workspace() as folder, rabbitmq_on(free_port(), folder) as url:
        yield url


@contextmanager
def rabbitmq_on(port: int, folder: Path) -> Iterator[str]:
    """One that a test may kill: what is durable stays in the folder."""
    if not SERVER.exists():
        raise ServerFailed("install Debian's rabbitmq-server, or say TEST_AMQP_URL")
    config, plugins, names = folder / "rabbitmq.conf", folder / "plugins", free_port()
    config.write_text(f"listeners.tcp.default = 127.0.0.1:{port}\nloopback_users = none\n")
    plugins.write_text("[].\n")
    settings = {
        "HOME": folder,
        "RABBITMQ_NODENAME": f"test{port}@localhost",
        "RABBITMQ_MNESIA_BASE": folder / "mnesia",
        "RABBITMQ_LOG_BASE": folder / "log",
        "RABBITMQ_CONFIG_FILE": config,
        "RABBITMQ_ENABLED_PLUGINS_FILE": plugins,
        "RABBITMQ_DIST_PORT": free_port(),
        "ERL_EPMD_PORT": names,
        "ERL_EPMD_ADDRESS": "127.0.0.1",
    }
    command = ["/usr/bin/env", *(f"{name}={value}" for name, value in settings.items())]
    # Erlang's own name server outlives whoever starts it by the way.
    directory = ["/usr/bin/epmd", "-port", str(names), "-address", "127.0.0.1"]
    with (
        running(directory, folder, lambda: _listens(names)),
        running([*command, str(SERVER)], folder, lambda: _answers(port)),
    ):
        yield f"amqp://guest:guest@127.0.0.1:{port}/"


def _listens(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(b"AMQP\x00\x00\x09\x01")
            return bool(connection.recv(1))
    except OSError:
        return False
