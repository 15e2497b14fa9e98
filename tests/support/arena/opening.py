"""Setting up an arena as an operator sets up the application, and taking it down."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from moniqo.entrypoints.container import build_container
from moniqo.entrypoints.settings import load
from support.arena.arena import Arena
from support.arena.caller import Caller, client_of
from support.arena.mailbox import Mailbox
from support.arena.operator import NoJobs, Operator
from support.live_server import Server, moniqo
from support.servers.databases import store_of

RAISED = {
    "BCRYPT_COST": "4",
    "HASHING_THREADS": "2",
    "LOG_LEVEL": "info",
    "JOB_SWEEP_SECONDS": "1",
    "AUTO_VERIFY_EMAIL": "false",
    "RATE_LIMIT_PER_MINUTE": "1000000",
    "SIGN_IN_FAILURES_PER_IP": "1000000",
    "REFRESHES_PER_HOUR": "1000",
    "PASSWORD_CHANGES_PER_HOUR": "1000",
    "MAILS_PER_ADDRESS_PER_HOUR": "1000",
    "MAILS_PER_IP_PER_HOUR": "1000000",
    "UPLOADS_PER_HOUR": "1000000",
    "FREE_API_CALLS_PER_DAY": "-1",
}
"""Settings under which tests do not stand in each other's way; a test may lower them again."""

STRICT = {
    "MAX_BODY_BYTES": "4096",
    "BODY_TIMEOUT_SECONDS": "1",
    "CORS_ORIGINS": "https://app.example.com",
    "REFRESHES_PER_HOUR": "10",
    "MAX_SESSIONS_PER_USER": "12",
    "MAILS_PER_ADDRESS_PER_HOUR": "3",
}
"""Limits that a test can reach, and an origin that is let in."""
MAIL = "mail"
Arenas = Callable[..., Awaitable[Arena]]
"""Backend, `processes` and settings → an arena."""


@asynccontextmanager
async def open_arena(
    backend: str,
    folder: Path,
    server_url: Callable[[str], str],
    *,
    processes: int = 2,
    **settings: str,
) -> AsyncIterator[Arena]:
    """`processes` servers on an empty store until the block ends; `settings` outdo `RAISED`."""
    async with AsyncExitStack() as stack:
        place = await stack.enter_async_context(store_of(backend, folder, server_url))
        env = {**RAISED, **place, "MAIL_FOLDER": str(folder / MAIL), **settings}
        arena = await _set_up(stack, env, folder, processes)
        await _people(arena)
        yield arena


async def _set_up(
    stack: AsyncExitStack, env: dict[str, str], folder: Path, processes: int
) -> Arena:
    moniqo("init", env=env, cwd=folder)
    servers = tuple(Server(env, folder) for _ in range(processes))
    for server in servers:
        server.begin()
        stack.callback(server.end)
    container = build_container(load(env, folder / ".env"), NoJobs())
    stack.push_async_callback(container.close)
    for server in servers:
        server.await_ready()
    clients = [await stack.enter_async_context(client_of(server.url)) for server in servers]
    arena = Arena(
        settings=env,
        folder=folder,
        servers=servers,
        clients=tuple(clients),
        operator=Operator(container),
        mailbox=Mailbox(folder / MAIL),
    )
    for client in clients:
        client.event_hooks = {"request": [], "response": [arena.heard]}
    return arena


async def _people(arena: Arena) -> None:
    people: dict[str, Caller] = {}
    for name, role in {"a": "User", "b": "User", "admin": "Admin", "boss": "Superadmin"}.items():
        people[name] = await arena.person(role)
    arena.a, arena.b = people["a"], people["b"]
    arena.admin, arena.superadmin = people["admin"], people["boss"]
