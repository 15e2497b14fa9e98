"""One server of each kind for a whole test run, however many processes it has."""

import atexit
import secrets
import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack, suppress
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Connection, Listener
from types import MappingProxyType
from typing import TypeVar

from support.servers.mongo import mongo
from support.servers.postgres import postgres
from support.servers.process import ServerFailed, workspace
from support.servers.valkey import valkey

T = TypeVar("T")
Kinds = Mapping[str, Callable[[], AbstractContextManager[str]]]
KINDS: Kinds = MappingProxyType({"postgres": postgres, "mongo": mongo, "valkey": valkey})


class Servers:
    """Starts each kind when it is first asked for; stops all at `close`, at exit at the latest."""

    def __init__(self, kinds: Kinds = KINDS) -> None:
        self._kinds = kinds
        self._stack = ExitStack()
        self._urls: dict[str, str] = {}
        self._faults: dict[str, str] = {}
        atexit.register(self.close)

    def url(self, kind: str) -> str:
        """The server's URL; raises `ServerFailed`, the same at every further call."""
        if kind in self._faults:
            raise ServerFailed(self._faults[kind])
        if kind not in self._urls:
            try:
                self._urls[kind] = self._stack.enter_context(self._kinds[kind]())
            except (ServerFailed, OSError) as error:
                self._faults[kind] = str(error)
                raise ServerFailed(str(error)) from error
        return self._urls[kind]

    def enter(self, resource: AbstractContextManager[T]) -> T:
        """Hold a resource for as long as the servers."""
        return self._stack.enter_context(resource)

    def close(self) -> None:
        """Stop whatever runs."""
        self._stack.close()


class Desk:
    """Answers other processes of the run, which ask with `ask`.

    Its thread starts the servers, so it never ends before the process does.
    """

    def __init__(self, servers: Servers) -> None:
        self._servers = servers
        self.key = secrets.token_hex(16)
        self.address = str(servers.enter(workspace()) / "desk")
        listener = Listener(self.address, "AF_UNIX", authkey=self.key.encode())
        self._listener = servers.enter(listener)
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):  # the listener was closed: the run is over
            while True:
                # A worker may die while it asks: the next one is answered all the same.
                with (
                    suppress(EOFError, ConnectionError, AuthenticationError),
                    self._listener.accept() as connection,
                ):
                    self._answer(connection)

    def _answer(self, connection: Connection) -> None:
        try:
            connection.send((self._servers.url(connection.recv()), None))
        except ServerFailed as error:
            connection.send((None, str(error)))


def ask(address: str, key: str, kind: str) -> str:
    """What `Servers.url` answers in the process that has the desk."""
    with Client(address, "AF_UNIX", authkey=key.encode()) as connection:
        connection.send(kind)
        url, fault = connection.recv()
    if fault is not None:
        raise ServerFailed(fault)
    return str(url)
