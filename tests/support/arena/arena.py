"""Server processes on one store, and the people before them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from secrets import token_hex
from typing import Any, TypeVar

import httpx2

from support.arena.caller import API, Caller
from support.arena.dumps import dump, found_in
from support.arena.mailbox import Mailbox
from support.arena.operator import Operator
from support.arena.wire import exchange
from support.live_server import Server

T = TypeVar("T")
RACE_SECONDS = 60


@dataclass(slots=True)
class Arena:
    """Two ordinary users `a` and `b`, an `admin`, a `superadmin`, and nobody, who is `x`."""

    settings: dict[str, str]
    folder: Path
    servers: tuple[Server, ...]
    clients: tuple[httpx2.AsyncClient, ...]
    operator: Operator
    mailbox: Mailbox
    planted: set[str] = field(default_factory=set)
    """Every secret that a test made: passwords, tokens."""
    a: Caller = field(init=False)
    b: Caller = field(init=False)
    admin: Caller = field(init=False)
    superadmin: Caller = field(init=False)

    @property
    def backend(self) -> str:
        return self.settings["STORAGE_BACKEND"]

    @property
    def x(self) -> Caller:
        """Nobody."""
        return Caller(self.clients)

    def stranger(self) -> Caller:
        """Address and password that nobody registered yet."""
        return Caller(self.clients, email=f"{token_hex(8)}@example.com", password=self.password())

    def password(self) -> str:
        """A new password that meets every rule."""
        return self.plant(f"Canary-{token_hex(8)}-Zz7")

    def plant(self, secret: str) -> str:
        """Note a secret, to be looked for where it must not be; the secret itself."""
        if secret:
            self.planted.add(secret)
        return secret

    async def person(self, role: str = "User") -> Caller:
        """A new, verified user in a session."""
        return await self.signed_in(await self.member(role))

    async def member(self, role: str = "User") -> Caller:
        """A new, verified user without a session."""
        caller = self.stranger()
        made = await self.operator.made(caller.email, caller.password, role)
        return replace(caller, id=made)

    async def signed_in(self, caller: Caller) -> Caller:
        """The same user in a new session."""
        credentials = {"email": caller.email, "password": caller.password}
        reply = await caller.post("/auth/login", credentials)
        return self.holding(caller, reply.data)

    def holding(self, caller: Caller, tokens: dict[str, Any]) -> Caller:
        """The caller with the tokens of a sign-in or refresh."""
        return replace(
            caller,
            id=tokens["user"]["id"],
            token=self.plant(tokens["access_token"]),
            refresh_token=self.plant(tokens["refresh_token"]),
        )

    async def at_once(self, count: int, call: Callable[[int], Awaitable[T]]) -> list[T]:
        """`call(0)` to `call(count - 1)`, all begun at the same moment on open connections.

        Spread them over the processes by `caller.on(number)`.
        """
        warm = [client for client in self.clients for _ in range(count)]
        await asyncio.gather(*(client.get("/health/live") for client in warm))
        barrier = asyncio.Barrier(count)

        async def run(number: int) -> T:
            await barrier.wait()
            return await call(number)

        async with asyncio.timeout(RACE_SECONDS):
            return await asyncio.gather(*map(run, range(count)))

    async def raw(self, *pieces: bytes, server: int = 0, pause: float = 0) -> bytes:
        """What a server says to bytes as they stand, until it hangs up: ask for that."""
        return await exchange(self.servers[server].port, *pieces, pause=pause)

    async def dump(self) -> AsyncIterator[tuple[str, str]]:
        """Name and content of each place where the application keeps or tells something."""
        async for found in dump(self.settings):
            yield found
        for server in self.servers:
            yield server.log.name, server.log.read_text()
        answers = self.folder / "answers.txt"
        if answers.exists():
            yield answers.name, answers.read_text(errors="replace")

    async def leaks(self, secrets: Iterable[str] = ()) -> list[str]:
        """Where `secrets` were found; unless given, whatever was planted or mailed."""
        wanted = set(secrets) or self.planted | self.mailbox.every_token()
        return [
            f"{secret[:12]}… in {place}"
            async for place, content in self.dump()
            for secret in found_in(content, wanted)
        ]

    async def heard(self, response: httpx2.Response) -> None:
        """Keep an answer for `leaks`, save those whose purpose is to hand tokens out."""
        await response.aread()
        if response.url.path not in {f"{API}/auth/login", f"{API}/auth/refresh"}:
            with (self.folder / "answers.txt").open("ab") as file:
                file.write(str(response.headers).encode() + response.content + b"\n")

    def memory(self) -> int:
        """Bytes that the servers' processes hold, by what the kernel says."""
        return sum(server.memory() for server in self.servers)

    async def told_of(self, request_id: str) -> list[dict[str, Any]]:
        """What the servers logged of a request; its own line follows the answer."""
        async with asyncio.timeout(RACE_SECONDS):
            while True:
                lines = [it for it in self.lines() if it.get("request_id") == request_id]
                if any(it["message"] == "request" for it in lines):
                    return lines
                await asyncio.sleep(0.01)

    def lines(self) -> list[dict[str, Any]]:
        """What the servers logged, one process after the other."""
        return [line for server in self.servers for line in server.lines()]
