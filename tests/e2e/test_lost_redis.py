"""Redis frozen, wiped and killed under load: it costs only speed, and of that next to nothing.

What `make test` runs is shorter than what `make test-crash` runs.
"""

import asyncio
import os
import signal
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles

from redis.asyncio import Redis

from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.query import Listing
from moniqo.domain.operations.task import Task, TaskStatus
from support.arena import Arena, Caller, open_arena
from support.counting_server import counting_server
from support.crashing import MINE, all_done, operated, want, workers
from support.servers.process import free_port, workspace
from support.servers.valkey import valkey_on

IS_FULL = os.environ.get("TEST_CRASHES") == "full"
FROZEN, DEAD = (30.0, 30.0) if IS_FULL else (3.0, 1.0)
"""Seconds, once nobody waits for it any more."""
SETTLED = 2.5
"""Seconds after which everybody has found out."""
CALM = 3.0 if IS_FULL else 1.5
LIMIT = 200
TASKS = 20
STATES = 3
"""As often Redis knew nothing: at first, once wiped, and once killed and begun again."""


@dataclass
class Load:
    """What callers met, by what was wrong at that time."""

    phase: str = ""
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    passed: int = 0

    async def read(self, caller: Caller) -> None:
        """Look at one thing after the other, until cancelled."""
        while True:
            for path in ("/users/me", "/plans", "/agents"):
                phase, began = self.phase, time.perf_counter()
                reply = await caller.get(path)
                if phase == self.phase:
                    self.seconds[phase].append(time.perf_counter() - began)
                self.answers[phase, reply.status] += 1
                await asyncio.sleep(0.3)

    async def press(self, caller: Caller) -> None:
        """Ask for more than may be had, until cancelled."""
        while True:
            self.passed += (await caller.get("/users/me")).status == 200
            await asyncio.sleep(0.01)

    def told(self) -> str:
        """Median and slowest twentieth of each phase, in milliseconds."""
        found = ((phase, took) for phase, took in self.seconds.items() if len(took) > 1)
        return ", ".join(
            f"{phase}: {median(took) * 1000:.1f} / {quantiles(took, n=20)[-1] * 1000:.1f} ms"
            for phase, took in found
        )


@asynccontextmanager
async def pressed(arena: Arena) -> AsyncIterator[Load]:
    load = Load()
    callers = [await arena.person() for _ in range(4)]
    work = [asyncio.create_task(load.read(caller)) for caller in callers]
    work.append(asyncio.create_task(load.press(await arena.person())))
    try:
        yield load
    finally:
        for task in work:
            task.cancel()
        outcomes = await asyncio.gather(*work, return_exceptions=True)
    assert all(isinstance(outcome, asyncio.CancelledError) for outcome in outcomes), outcomes


async def pid_of(url: str) -> int:
    async with Redis.from_url(url) as redis:
        return int((await redis.info("server"))["process_id"])


async def test_a_redis_that_is_frozen_wiped_or_killed_costs_next_to_nothing(
    tmp_path: Path, server_url: Callable[[str], str]
) -> None:
    async with AsyncExitStack() as stack:
        servers = stack.enter_context(ExitStack())
        port, home = free_port(), stack.enter_context(workspace())
        url = servers.enter_context(valkey_on(port, home))
        settings = {"REDIS_URL": url, "QUEUE_URL": url, "RATE_LIMIT_PER_MINUTE": str(LIMIT)}
        arena = await stack.enter_async_context(
            open_arena("postgres", tmp_path, server_url, processes=1, **settings)
        )
        tally = stack.enter_context(counting_server("redis"))
        env = {**arena.settings, "COUNTING_URL": tally.url}
        await (await stack.enter_async_context(workers(env, tmp_path)))()
        container = await stack.enter_async_context(operated(env, tmp_path))
        began = time.monotonic()
        async with pressed(arena) as load:

            async def during(phase: str, seconds: float, settled: float = SETTLED) -> None:
                load.phase = f"{phase}, at first"
                await want(container, TASKS)
                await asyncio.sleep(settled)
                load.phase = phase
                await want(container, TASKS)
                await asyncio.sleep(seconds)

            await during("whole", CALM, 1)
            server = await pid_of(url)
            os.kill(server, signal.SIGSTOP)
            await during("frozen", FROZEN)
            os.kill(server, signal.SIGCONT)
            await during("thawed", CALM, 1)
            async with Redis.from_url(url) as redis:
                await redis.flushall()
            await during("wiped", CALM, 0)
            os.kill(server, signal.SIGKILL)
            await during("killed", DEAD)
            servers.enter_context(valkey_on(port, home))
            await during("back", CALM)
        minutes = (time.monotonic() - began) / 60
        await all_done(container, tmp_path)
        async with (await container.get(UnitOfWork))() as tx:
            tasks = (await tx[Task].page(Listing(where=(MINE,), limit=1000))).items

    waits = sorted(
        (task.started_at - task.created_at).total_seconds() for task in tasks if task.started_at
    )
    print(load.told(), f"passed {load.passed}, tasks began within {waits[-1]:.1f} s")  # noqa: T201  (shown where it fails)
    assert Counter(task.status for task in tasks) == {TaskStatus.SUCCEEDED: 12 * TASKS}
    assert {len(set(keys)) for keys in tally.keys.values()} == {1}
    assert waits[-1] < 10
    assert {status for _, status in load.answers} == {200}
    usual = median(load.seconds["whole"])
    for phase in ("frozen", "thawed", "wiped", "killed", "back"):
        assert median(load.seconds[phase]) < usual + 0.1, load.told()
    # As many in each life of Redis and without it, and as many more with each minute.
    assert load.passed <= LIMIT * (STATES + 1 + minutes)
