"""What does not hurry happens all the same."""

import asyncio

from moniqo.adapters.queue.unhurried import Unhurried


async def test_it_is_done_after_a_while_within_its_bounds() -> None:
    loop = asyncio.get_running_loop()
    done: list[float] = []

    async def work() -> None:
        done.append(loop.time())

    began = loop.time()
    await Unhurried(work, least=0.02, most=0.04)(None)

    assert len(done) == 1
    assert done[0] - began >= 0.02
