"""A worker that is killed at random again and again while it does tasks, and what comes of them."""

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from dishka import AsyncContainer

from moniqo.adapters.persistence.backend import Backend
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.query import Listing, any_of
from moniqo.application.shared.tasks import TaskQueue, Wanted
from moniqo.domain.agents.prompt import Prompt
from moniqo.domain.operations.task import UNFINISHED, Task
from moniqo.entrypoints.container import build_container
from moniqo.entrypoints.settings import load
from moniqo.entrypoints.settings.model import EMBEDDED
from support import crash_worker
from support.arena.operator import NoJobs
from support.counting_server import Tally, counting_server
from support.servers.process import Account, launched

MINE = any_of("kind", crash_worker.KINDS)
BATCH = 50
STEP = 0.02
DEADLINE = 60.0
KEPT = {
    name: os.environ[name]
    for name in ("PATH", "HOME", "TMPDIR", "PYTHONPATH")
    if name in os.environ
}
"""Of the environment; nothing of the machine's settings, and no coverage."""
Wipe = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What was found in the end; `recovery` is in seconds from the last restart."""

    wanted: int
    tasks: tuple[Task, ...]
    rows: Counter[str]
    keys: dict[str, list[str]]
    recovery: float
    whole: float

    @property
    def states(self) -> Counter[str]:
        """How many tasks ended how."""
        return Counter(str(task.error or task.status) for task in self.tasks)

    def told(self) -> str:
        """In one line, for whoever measures."""
        calls = sum(map(len, self.keys.values()))
        begun = sum(task.attempts for task in self.tasks)
        return (
            f"{self.wanted} tasks begun {begun} times, {calls} calls, all done in "
            f"{self.whole:.1f} s, {self.recovery:.1f} s after the last restart"
        )


async def crashed(
    settings: Mapping[str, str], folder: Path, *, tasks: int, kills: int, seed: str, wipe: Wipe
) -> Aftermath:
    """Have so many tasks done by a worker that is killed so often, with the broker wiped."""
    env = {**settings, "LOG_LEVEL": "warning"}
    dice = random.Random(seed)  # noqa: S311  (a test's own chance)
    # After so many calls that each kill finds work under way.
    moments = sorted(dice.sample(range(1, tasks - tasks // 10), kills))
    async with operated(env, folder) as container:
        await (await container.get(Backend)).migrate()
        await want(container, tasks)
        with counting_server(seed) as tally:
            began = time.monotonic()
            async with workers(env | {"COUNTING_URL": tally.url}, folder) as next_worker:
                worker = await next_worker()
                for moment in moments:
                    await _heard(tally, moment, folder)
                    await asyncio.sleep(dice.uniform(0, 0.1))
                    os.kill(worker, signal.SIGKILL)
                    await wipe()
                    worker = await next_worker()
                restarted = time.monotonic()
                await all_done(container, folder)
                done = time.monotonic()
            return await _found(container, tasks, tally, done - restarted, done - began)


@asynccontextmanager
async def operated(env: Mapping[str, str], folder: Path) -> AsyncIterator[AsyncContainer]:
    """Another process on the same store, which does no tasks itself; it rings for who does."""
    mute = (NoJobs(),) if env.get("QUEUE_URL", EMBEDDED.value) == EMBEDDED.value else ()
    container = build_container(load(env, folder / ".env"), *mute)
    try:
        yield container
    finally:
        await container.close()


async def want(container: AsyncContainer, count: int) -> None:
    """Have so many tasks wanted, some dozens in each transaction."""
    uow, queue = await container.get(UnitOfWork), await container.get(TaskQueue)
    for first in range(0, count, BATCH):
        async with uow() as tx:
            for number in range(first, min(first + BATCH, count)):
                await queue.add(tx, Wanted(crash_worker.KINDS[number % 2]))


@asynccontextmanager
async def workers(
    env: Mapping[str, str], folder: Path
) -> AsyncIterator[Callable[[], Awaitable[int]]]:
    """Answers the id of the process that works, once there is another one."""
    service = _begun(env, folder)

    async def next_worker() -> int:
        assert service.stdout is not None
        line = await asyncio.to_thread(service.stdout.readline)
        assert line, _log(folder)
        return int(line)

    try:
        yield next_worker
    finally:
        service.kill()
        service.communicate()


def _begun(env: Mapping[str, str], folder: Path) -> subprocess.Popen[bytes]:
    with (folder / "worker.log").open("ab") as log:
        return subprocess.Popen(  # noqa: S603  (our own program)
            launched([sys.executable, crash_worker.__file__], Account(), signal.SIGKILL),
            env={**KEPT, **env},
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
        )


async def _heard(tally: Tally, intents: int, folder: Path) -> None:
    deadline = time.monotonic() + DEADLINE
    while tally.heard < intents:
        assert time.monotonic() < deadline, _log(folder)
        await asyncio.sleep(STEP)


async def all_done(container: AsyncContainer, folder: Path) -> None:
    """Wait until every task of ours has ended."""
    uow, deadline = await container.get(UnitOfWork), time.monotonic() + DEADLINE
    while True:
        async with uow() as tx:
            left = await tx[Task].count(MINE, any_of("status", UNFINISHED))
        if not left:
            return
        assert time.monotonic() < deadline, f"{left} tasks are left\n{_log(folder)}"
        await asyncio.sleep(STEP * 5)


def _log(folder: Path) -> str:
    return (folder / "worker.log").read_text()[-4000:]


async def _found(
    container: AsyncContainer, wanted: int, tally: Tally, recovery: float, whole: float
) -> Aftermath:
    async with (await container.get(UnitOfWork))() as tx:
        tasks = (await tx[Task].page(Listing(where=(MINE,), limit=wanted + 1))).items
        rows = (await tx[Prompt].page(Listing(limit=2 * wanted))).items
    titles = Counter(row.title for row in rows)
    return Aftermath(wanted, tasks, titles, tally.keys, recovery, whole)
