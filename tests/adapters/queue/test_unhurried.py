"""What need not happen at once waits for a moment, not always the same one."""

import asyncio

from moniqo.adapters.queue.unhurried import Unhurried


async def test_a_pause_keeps_within_its_bounds() -> None:
    loop = asyncio.get_running_loop()

    began = loop.time()
    await Unhurried(least=0.02, most=0.04)("an event", "its id")

    assert 0.02 <= loop.time() - began < 5
