"""A bell that is rung is heard; whatever becomes of it, who rings is not held up."""

import asyncio
import time
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from tests.contract.queue.conftest import broker_at

from moniqo.adapters.persistence.telling import Bell
from support.belfry import Belfry

NAME = "something"


async def test_who_listens_looks_when_it_is_rung(belfry: Callable[[], Belfry]) -> None:
    here = belfry()
    bell: Bell = here.bell
    here.bell.listen()

    await bell.ring(NAME)
    await here.rung()
    await bell.ring(NAME)
    await here.rung()

    assert here.looks == 2


async def test_what_nobody_looks_after_is_refused_at_once(belfry: Callable[[], Belfry]) -> None:
    with pytest.raises(LookupError, match="nothing"):
        await belfry().bell.ring("nothing")


async def test_who_rings_again_and_again_is_heard_once_or_a_few_times(
    belfry: Callable[[], Belfry],
) -> None:
    here = belfry()
    here.bell.listen()

    for _ in range(200):
        await here.bell.ring(NAME)
    await here.rung()
    await here.bell.drain(5)

    assert 1 <= here.looks < 20


async def test_each_ringing_is_heard_by_some_process(
    kind: str, belfry: Callable[[], Belfry]
) -> None:
    ringer = belfry()
    hearers = [ringer] if kind == "embedded" else [belfry(), belfry()]
    for each in hearers:
        each.bell.listen()

    for expected in range(1, 6):
        await ringer.bell.ring(NAME)
        async with asyncio.timeout(20):
            while sum(each.looks for each in hearers) < expected:  # noqa: ASYNC110  (two events)
                await asyncio.sleep(0.01)

    assert sum(each.looks for each in hearers) == 5


async def test_who_closes_hears_no_more(belfry: Callable[[], Belfry]) -> None:
    here = belfry()
    here.bell.listen()
    await here.bell.ring(NAME)
    await here.rung()

    await here.bell.close()
    await here.bell.ring(NAME)
    await asyncio.sleep(0.05)

    assert here.looks == 1


async def test_a_server_that_dies_and_comes_back_is_heard_again(
    kind: str, mortal: Callable[[], AbstractContextManager[str]]
) -> None:
    if kind == "embedded":
        return
    with mortal() as url:
        here = Belfry(broker_at(kind, url), is_local=False)
        here.bell.listen()
        await here.bell.ring(NAME)
        await here.rung()
    began = time.perf_counter()
    await here.bell.ring(NAME)
    waited = time.perf_counter() - began
    with mortal():
        async with asyncio.timeout(60):
            while here.looks < 2:
                await here.bell.ring(NAME)
                await asyncio.sleep(0.2)
        await here.close()

    assert waited < 0.1
