import asyncio
from collections.abc import Awaitable, Callable

import pytest

from moniqo.adapters.queue.attendants import Attendant, Attendants
from moniqo.adapters.queue.unhurried import Haste
from moniqo.domain.shared.errors import Unavailable


def of(look: Callable[[], Awaitable[object]], at_once: int = 1) -> Attendants:
    return Attendants({"it": Attendant(look, 0.01, at_once)}, Haste(asyncio.Event()))


async def test_no_more_look_at_once_than_may_and_one_looks_once_more() -> None:
    go_on, looks, at_once, most = asyncio.Event(), 0, 0, 0

    async def look() -> None:
        nonlocal looks, at_once, most
        looks += 1
        at_once += 1
        most = max(most, at_once)
        await go_on.wait()
        at_once -= 1

    attendants = of(look, at_once=2)
    looking = [asyncio.create_task(attendants.look("it")) for _ in range(10)]
    await asyncio.sleep(0)
    go_on.set()
    await asyncio.gather(*looking)

    assert most == 2
    assert looks == 3


async def test_what_one_fails_at_is_logged_and_it_looks_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    looks = 0

    async def look() -> None:
        nonlocal looks
        looks += 1
        if looks == 1:
            raise RuntimeError("The store is away.")

    attendants = of(look)
    await attendants.look("it")
    await attendants.look("it")

    assert looks == 2
    assert "it failed" in caplog.text
    assert "The store is away." in caplog.text


async def test_a_store_that_is_away_is_told_in_a_line_however_often_it_is_looked_for(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def look() -> None:
        raise Unavailable("The database is not available.")

    await of(look).look("it")

    (record,) = caplog.records
    assert record.getMessage() == "it failed: The database is not available."
    assert record.exc_info is None


async def test_each_comes_by_itself_at_its_time_and_is_not_held_up_by_one_that_takes_long() -> None:
    looks, enough = 0, asyncio.Event()

    async def look() -> None:
        nonlocal looks
        looks += 1
        if looks == 3:
            enough.set()
        await asyncio.sleep(60)

    coming = asyncio.create_task(of(look, at_once=5).come_by_themselves())
    await asyncio.wait_for(enough.wait(), 5)
    coming.cancel()

    with pytest.raises(asyncio.CancelledError):
        await coming


async def test_it_is_quiet_once_everybody_who_was_called_has_looked() -> None:
    go_on = asyncio.Event()
    attendants = of(go_on.wait)
    needed = attendants.call("it"), attendants.call("it")

    called = asyncio.create_task(attendants.quiet())
    looking = asyncio.create_task(attendants.look("it"))
    await asyncio.sleep(0.01)
    early = called.done()
    go_on.set()
    await looking

    await asyncio.wait_for(called, 5)
    assert needed == (True, False)
    assert not early


async def test_a_call_that_did_not_get_through_is_needed_again() -> None:
    attendants = of(asyncio.Event().wait)
    attendants.call("it")

    attendants.came("it")

    await asyncio.wait_for(attendants.quiet(), 5)
    assert attendants.call("it")


async def test_nobody_takes_their_time_while_somebody_waits_for_quiet() -> None:
    haste = Haste(asyncio.Event())
    attendants = Attendants({"it": Attendant(haste.wait, 0.01)}, haste)
    looking = asyncio.create_task(attendants.look("it"))
    await asyncio.sleep(0)

    await asyncio.wait_for(attendants.quiet(), 5)

    await asyncio.wait_for(looking, 5)
    assert not haste.is_set()
