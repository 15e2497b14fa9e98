"""What need not happen at once waits for a moment, not always the same one."""

import asyncio

from moniqo.adapters.queue.unhurried import Haste, Unhurried


async def test_a_pause_keeps_within_its_bounds() -> None:
    loop = asyncio.get_running_loop()
    unhurried = Unhurried(Haste(asyncio.Event()), least=0.02, most=0.04)

    began = loop.time()
    await unhurried("an event", "its id")

    assert 0.02 <= loop.time() - began < 5


async def test_in_haste_it_does_not_wait_any_longer() -> None:
    haste = Haste(asyncio.Event())

    waiting = asyncio.create_task(Unhurried(haste, least=3600, most=3600)("an event"))
    await asyncio.sleep(0)
    haste.set()

    await asyncio.wait_for(waiting, 5)
