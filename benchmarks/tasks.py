"""Tasks per second, and how soon one begins: on each backend, with each bell.

`python benchmarks/tasks.py [TASKS] [QUEUED]`: one worker with 64 places does TASKS (default
10,000) that do nothing, of 100 owners; with QUEUED (default 0) further ones waiting behind them,
as far as that is worth showing: on PostgreSQL. Then 50 are wanted one by one, each in a
transaction of its own, and it is measured when each begins. Servers are started by itself;
RabbitMQ's if Debian's is installed.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, nullcontext
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from dishka import Provider, Scope, make_async_container
from taskiq import AsyncBroker

from moniqo.adapters.persistence.backend import Backend
from moniqo.adapters.persistence.collections import REGISTRY
from moniqo.adapters.persistence.memory import MemoryBackend
from moniqo.adapters.persistence.mongo import open_mongo
from moniqo.adapters.persistence.recording import RecordedUnitOfWork
from moniqo.adapters.persistence.sql import open_sql
from moniqo.adapters.queue.amqp_bell import amqp_bell
from moniqo.adapters.queue.attendants import Attendant, Attendants
from moniqo.adapters.queue.bells import InProcessBell
from moniqo.adapters.queue.doorbell import Doorbell
from moniqo.adapters.queue.kinds import DEFAULT, TaskKind
from moniqo.adapters.queue.redis_bell import RedisBell
from moniqo.adapters.queue.stored import StoredTasks
from moniqo.adapters.queue.unhurried import Haste
from moniqo.adapters.queue.worker import Terms, Worker
from moniqo.adapters.system import SystemClock, SystemRandomness, Uuid7Ids
from moniqo.application.shared.tasks import WORK, TaskContext, Wanted
from moniqo.domain.operations.task import Task, TaskId
from support.servers import mongo, postgres, valkey
from support.servers.databases import store_of
from support.servers.rabbitmq import SERVER, rabbitmq

PLACES = 64
OWNERS = 100
AT_ONCE = 5_000
WANTED = 50


class Bench:
    """A worker on a backend, called by a bell."""

    def __init__(self, backend: Backend, broker: AsyncBroker) -> None:
        self.backend, self.ids = backend, Uuid7Ids()
        self.begun: dict[TaskId, float] = {}
        self.done, self.expected = asyncio.Event(), 0
        self.uow = RecordedUnitOfWork(backend, REGISTRY, SystemClock(), self.ids)
        terms = Terms(
            {"nothing": TaskKind(self._do)}, {DEFAULT: PLACES}, "bench", timedelta(seconds=6)
        )
        self.worker = Worker(backend.tasks(), self.uow, SystemRandomness(), terms)
        haste = Haste(asyncio.Event())
        attendants = Attendants({WORK: Attendant(self.worker, 1.0, 1_000)}, haste)
        provider = Provider(Scope.APP)
        provider.provide(lambda: attendants, provides=Attendants)
        is_local = isinstance(broker, InProcessBell)
        self.bell = Doorbell(broker, attendants, make_async_container(provider), is_local=is_local)

    async def _do(self, context: TaskContext) -> None:
        self.begun[context.task.id] = time.perf_counter()
        if len(self.begun) >= self.expected:
            self.done.set()

    async def fill(self, count: int, owner: str = "") -> None:
        """So many tasks are ready."""
        now = SystemClock().now()
        for at in range(0, count, AT_ONCE):
            rows = [
                Task(
                    id=TaskId(self.ids.new()),
                    kind="nothing",
                    queue=DEFAULT,
                    lane=f"{owner}{number % OWNERS:03}",
                    due_at=now,
                )
                for number in range(at, min(count, at + AT_ONCE))
            ]
            async with self.uow() as tx:
                await tx[Task].add_many(rows)

    async def per_second(self, count: int) -> float:
        """How many are done in a second."""
        self.begun.clear()
        self.expected = count
        self.done.clear()
        began = time.perf_counter()
        await self.bell.ring(WORK)
        await self.done.wait()
        return count / (time.perf_counter() - began)

    async def latencies(self) -> list[float]:
        """Milliseconds from the end of the transaction to the task's begin."""
        queue = StoredTasks(SystemClock(), self.ids, {})
        uow = RecordedUnitOfWork(self.backend, REGISTRY, SystemClock(), self.ids, bell=self.bell)
        found = []
        for _ in range(WANTED):
            self.expected = len(self.begun) + 1
            self.done.clear()
            async with uow() as tx:
                task = await queue.add(tx, Wanted("nothing"))
            wanted = time.perf_counter()
            await self.done.wait()
            found.append((self.begun[task.id] - wanted) * 1000)
            await asyncio.sleep(0.01)
        return found


@asynccontextmanager
async def bench(backend: Backend, broker: AsyncBroker) -> AsyncIterator[Bench]:
    """A worker that listens."""
    await backend.migrate()
    made = Bench(backend, broker)
    made.bell.listen()
    await asyncio.sleep(0.2)
    yield made
    await made.worker.close(5)
    await made.bell.close()
    await backend.close()


async def measured(backend: Backend, broker: AsyncBroker, count: int, queued: int) -> str:
    """The row of the table."""
    async with bench(backend, broker) as made:
        rates = []
        for _ in range(3):
            await made.fill(count)
            rates.append(await made.per_second(count))
        found = sorted(await made.latencies())
        told = f"{median(rates):>9.0f}{median(found):>9.1f}{found[-3]:>9.1f}"
        if queued:
            await made.fill(queued)
            await made.backend.tasks().wake()
            made.expected = 10**9
            made.begun.clear()
            began = time.perf_counter()
            await made.bell.ring(WORK)
            while len(made.begun) < count:  # noqa: ASYNC110  (a count has no event)
                await asyncio.sleep(0.01)
            rate = len(made.begun) / (time.perf_counter() - began)
            told += f"{rate:>12.0f} with {queued:,} queued"
            await made.worker.close(0)
        return told


def main() -> None:
    """Measure and print a table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    queued = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    print(f"{'store':<10}{'bell':<10}{'tasks/s':>9}{'p50 ms':>9}{'p95 ms':>9}")
    with (
        tempfile.TemporaryDirectory() as folder,
        postgres() as postgres_url,
        mongo() as mongo_url,
        valkey() as valkey_url,
        rabbitmq() if SERVER.exists() else nullcontext() as rabbitmq_url,
    ):
        bells = {"embedded": InProcessBell, "redis": lambda: RedisBell(valkey_url)}
        if rabbitmq_url is not None:
            bells["rabbitmq"] = lambda: amqp_bell(rabbitmq_url)
        servers = {"postgres": postgres_url, "mongo": mongo_url}
        for store in ("memory", "sqlite", "postgres", "mongo"):
            for bell, made in bells.items():
                behind = queued if store == "postgres" and bell == "embedded" else 0
                some = count if store != "memory" else min(count, 1_000)
                place = Path(tempfile.mkdtemp(dir=folder)), servers.__getitem__
                row = asyncio.run(_row(store, place, made, some, behind))
                print(f"{store:<10}{bell:<10}{row}", flush=True)


async def _row(
    store: str, place: Any, bell: Callable[[], AsyncBroker], count: int, queued: int
) -> str:
    async with store_of(store, *place) as chosen:
        return await measured(_opened(store, chosen), bell(), count, queued)


def _opened(store: str, chosen: Mapping[str, str]) -> Backend:
    if store == "memory":
        return MemoryBackend(REGISTRY)
    if store == "mongo":
        return open_mongo(chosen["MONGODB_URL"], chosen["MONGODB_DB_NAME"], REGISTRY)
    return open_sql(chosen["DATABASE_URL"], REGISTRY)


if __name__ == "__main__":
    main()
