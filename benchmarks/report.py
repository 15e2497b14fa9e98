"""A report of very many users: memory above idle, progress, and how soon it can be cancelled.

`python benchmarks/report.py [sqlite|postgres|mongo|memory] [USERS]`: the application in this
process, server and worker in one, on a store of its own with so many users, who come from another
process as far as they can. A report of all of them is asked for over HTTP and watched by its task.
Then some are wanted at once, and one is cancelled while it is made. The loop's longest wait is how
long others had to wait for their turn.
"""

import asyncio
import gc
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from moniqo.adapters.persistence.backend import Backend
from moniqo.adapters.queue.doorbell import Doorbell
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.query import eq
from moniqo.application.shared.seed_system import SeedSystem
from moniqo.application.shared.system import Ids
from moniqo.domain.identity.account import Account
from moniqo.domain.identity.credentials import Email, PasswordHash
from moniqo.domain.identity.role import Role
from moniqo.domain.identity.user import User
from moniqo.domain.shared.ids import AccountId, UserId
from moniqo.entrypoints.container import build_container
from moniqo.entrypoints.http.app import create_app
from moniqo.entrypoints.settings import Settings, StorageBackend, load
from support.asgi import Client, served
from support.clock import SettableClock
from support.house import House
from support.letters import Bags
from support.servers import mongo, postgres

USERS = 100_000
FILL = "fill"
AT_ONCE = 3
CHUNK = 2_000
POLLED = 0.05
MEBIBYTE = 2**20
EVER = {"start_date": "2000-01-01T00:00:00Z", "end_date": "2100-01-01T00:00:00Z"}
NOBODY = {"start_date": "2000-01-01T00:00:00Z", "end_date": "2000-01-02T00:00:00Z"}


def memory() -> float:
    """Resident MiB now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / MEBIBYTE


def forget_peak() -> None:
    """Have the kernel take the peak anew."""
    Path("/proc/self/clear_refs").write_text("5")


def peak() -> float:
    """The most resident MiB since then."""
    lines = Path("/proc/self/status").read_text().splitlines()
    (kibibytes,) = (line.split()[1] for line in lines if line.startswith("VmHWM"))
    return int(kibibytes) / 1024


@dataclass
class Watch:
    """What was seen of a task while it was made."""

    task: dict[str, Any] = field(default_factory=dict)
    progress: list[int] = field(default_factory=list)
    seconds: float = 0.0


class Lag:
    """The longest that this process's loop made anybody wait, in seconds."""

    def __init__(self) -> None:
        self.longest = 0.0

    async def measure(self) -> None:
        """Go on until cancelled."""
        while True:
            began = time.perf_counter()
            await asyncio.sleep(0.005)
            self.longest = max(self.longest, time.perf_counter() - began - 0.005)


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[House]:
    """The application on an empty store."""
    container = build_container(settings, Bags())
    await (await container.get(Backend)).migrate()
    async with served(create_app(container, settings)) as client:
        await (await container.get(SeedSystem))()
        yield House(container, client)


async def filled(house: House, number: int) -> None:
    """So many users, as if they had registered."""
    uow, ids = await house.container.get(UnitOfWork), await house.container.get(Ids)
    now = SettableClock().now()
    async with uow() as tx:
        role = await tx[Role].first(eq("name", "User"))
    for begin in range(0, number, CHUNK):
        accounts = [
            Account(
                id=AccountId(ids.new()),
                email=Email(f"user{at}@example.com"),
                password_hash=PasswordHash("no hash"),
                password_changed_at=now,
            )
            for at in range(begin, min(begin + CHUNK, number))
        ]
        users = [
            User(
                id=UserId(ids.new()),
                account_id=account.id,
                first_name="Grace Brewster",
                last_name="Murray Hopper",
                role_id=role.id,
            )
            for account in accounts
        ]
        async with uow() as tx:
            await tx[Account].add_many(accounts)
            await tx[User].add_many(users)


async def analyzed(settings: Settings) -> None:
    """PostgreSQL looks at what it holds, as it does by itself within a minute or so."""
    connection = await asyncpg.connect(settings.storage.database_url.value)
    await connection.execute("ANALYZE")
    await connection.close()


async def wanted(client: Client, span: dict[str, str]) -> str:
    """The path of a new report's task."""
    reply = await client.post("/api/v1/reports/users", span)
    return f"/api/v1/tasks/{reply.data['id']}"


async def watched(client: Client, path: str, *, until: int = 101) -> Watch:
    """The task until it has ended, or is so far."""
    watch, began = Watch(), time.perf_counter()
    while True:
        watch.task = (await client.get(path)).data
        watch.progress.append(watch.task["progress"])
        if watch.task["finished_at"] is not None or watch.task["progress"] >= until:
            watch.seconds = time.perf_counter() - began
            return watch
        await asyncio.sleep(POLLED)


async def measured(house: House, users: int) -> None:
    """Print what there is to know."""
    settings = await house.container.get(Settings)
    if settings.storage.storage_backend is StorageBackend.POSTGRES:
        await analyzed(settings)
    client = await house.user("operator", "Admin")
    await watched(client, await wanted(client, NOBODY))
    await (await house.container.get(Doorbell)).drain(10)
    # As servers do once they have started.
    gc.collect()
    gc.freeze()
    idle = memory()
    print(f"{users} users; idle {idle:.0f} MiB")
    for number in (1, AT_ONCE):
        lag = Lag()
        measuring = asyncio.create_task(lag.measure())
        forget_peak()
        paths = [await wanted(client, EVER) for _ in range(number)]
        seen = [await watched(client, path) for path in paths]
        measuring.cancel()
        rows, last = [it.task["result"]["rows"] for it in seen], seen[0]
        print(
            f"{number} at once: rows {rows}, first in {last.seconds:.1f} s, "
            f"{peak() - idle:.0f} MiB above idle, {len(set(last.progress))} steps of progress, "
            f"longest wait {1000 * lag.longest:.0f} ms"
        )
    path = await wanted(client, EVER)
    at = await watched(client, path, until=20)
    began = time.perf_counter()
    await client.delete(path)
    after = await watched(client, path)
    took = time.perf_counter() - began
    print(f"cancelled at {at.task['progress']} %: {after.task['status']} after {took:.2f} s")


def stores(kind: str, stack: ExitStack) -> Iterator[tuple[str, str]]:
    """The settings of a store of its own."""
    yield "STORAGE_BACKEND", kind
    if kind == "sqlite":
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        yield "DATABASE_URL", f"sqlite:///{folder}/report.sqlite3"
    elif kind == "postgres":
        yield "DATABASE_URL", stack.enter_context(postgres())
    elif kind == "mongo":
        yield "MONGODB_URL", stack.enter_context(mongo())


async def main() -> None:
    """Measure one store."""
    kind = sys.argv[1] if len(sys.argv) > 1 else "sqlite"
    users = int(sys.argv[2]) if len(sys.argv) > 2 else USERS
    with ExitStack() as stack:
        files = stack.enter_context(tempfile.TemporaryDirectory())
        chosen = {
            **dict(stores(kind, stack)),
            "STORAGE_URL": f"file://{files}",
            "RATE_LIMIT_PER_MINUTE": "100000000",
            "FREE_API_CALLS_PER_DAY": "-1",
            "SLOW_QUERY_MS": "0",
            "BCRYPT_COST": "4",
        }
        if kind != "memory":
            # What they leave free in the memory of their process would be used again.
            filling = [sys.executable, __file__, FILL, str(users)]
            subprocess.run(filling, env=os.environ | chosen, check=True)  # noqa: S603, ASYNC221  (our own program, before anything else)
        async with opened(load(chosen, Path(files) / ".env")) as house:
            if kind == "memory":
                await filled(house, users)
            await measured(house, users)


async def fill() -> None:
    """So many users, for another process that is told of the store by its environment."""
    async with opened(load()) as house:
        await filled(house, int(sys.argv[2]))


if __name__ == "__main__":
    asyncio.run(fill() if FILL in sys.argv else main())
