"""Connections are bounded, shared out in order, and thrown away when broken."""

import asyncio
from dataclasses import dataclass, field

import pytest

from moniqo.adapters.persistence.sql.limits import Limits
from moniqo.adapters.persistence.sql.pool import Pool
from moniqo.domain.shared.errors import Unavailable

PATIENCE = 0.2


@dataclass(eq=False)
class Line:
    """A connection to nothing."""

    usable: bool = True
    ended: bool = False

    async def end(self) -> None:
        self.ended = True


@dataclass
class Exchange:
    """Makes lines; the first ones fail as often as asked for."""

    failures: int = 0
    made: list[Line] = field(default_factory=list)

    async def line(self) -> Line:
        await asyncio.sleep(0)
        if self.failures:
            self.failures -= 1
            raise OSError("no line")
        self.made.append(Line())
        return self.made[-1]

    def pool(self, size: int = 2) -> Pool[Line]:
        return Pool(
            self.line,
            usable=lambda line: line.usable,
            discard=lambda line: setattr(line, "ended", True),
            limits=Limits(size, PATIENCE, 1),
        )


async def test_a_connection_that_came_back_is_used_again() -> None:
    exchange = Exchange()
    pool = exchange.pool()
    first = await pool.acquire()
    pool.release(first)

    second = await pool.acquire()

    assert second is first
    assert len(exchange.made) == 1


async def test_who_waits_too_long_is_told_to_come_back() -> None:
    pool = Exchange().pool(size=1)
    await pool.acquire()

    with pytest.raises(Unavailable) as caught:
        await pool.acquire()

    assert caught.value.retry_after == 1


async def test_those_who_wait_are_served_in_their_order() -> None:
    pool = Exchange().pool(size=1)
    served: list[int] = []
    held = await pool.acquire()

    async def wait(number: int) -> None:
        line = await pool.acquire()
        served.append(number)
        await asyncio.sleep(0)
        pool.release(line)

    waiting = [asyncio.create_task(wait(number)) for number in range(5)]
    await asyncio.sleep(0)
    pool.release(held)
    await asyncio.gather(*waiting)

    assert served == [0, 1, 2, 3, 4]


async def test_a_broken_connection_is_replaced_when_it_comes_back() -> None:
    pool = Exchange().pool(size=1)
    broken = await pool.acquire()
    broken.usable = False
    pool.release(broken)

    fresh = await pool.acquire()

    assert broken.ended
    assert fresh is not broken


async def test_a_connection_that_broke_while_idle_is_replaced() -> None:
    pool = Exchange().pool(size=1)
    idle = await pool.acquire()
    pool.release(idle)
    idle.usable = False

    fresh = await pool.acquire()

    assert idle.ended
    assert fresh is not idle


async def test_a_failure_to_connect_does_not_use_up_a_place() -> None:
    pool = Exchange(failures=3).pool(size=1)
    for _ in range(3):
        with pytest.raises(OSError, match="no line"):
            await pool.acquire()

    assert await pool.acquire()


async def test_who_was_cancelled_while_waiting_does_not_use_up_a_place() -> None:
    pool = Exchange().pool(size=1)
    held = await pool.acquire()
    waiting = asyncio.create_task(pool.acquire())
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    pool.release(held)

    assert await pool.acquire() is held


async def test_a_closed_pool_ends_its_connections_and_gives_out_no_more() -> None:
    exchange = Exchange()
    pool = exchange.pool()
    idle, used = await pool.acquire(), await pool.acquire()
    pool.release(idle)

    await pool.close(lambda line: line.end())
    pool.release(used)

    assert [line.ended for line in exchange.made] == [True, True]
    with pytest.raises(Unavailable):
        await pool.acquire()
