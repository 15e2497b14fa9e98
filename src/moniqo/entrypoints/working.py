"""A process at work: inside the server, or as a worker of its own."""

import asyncio
import gc
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from dishka import AsyncContainer

from moniqo.adapters.queue.attendants import Attendants
from moniqo.adapters.queue.doorbell import Doorbell


def settle_in() -> None:
    """What lives as long as the process is never looked through again from here on.

    Requests of a slow percentile, and tasks that lose time, are those that met a full collection.
    """
    gc.collect()
    gc.freeze()


@asynccontextmanager
async def at_work(container: AsyncContainer) -> AsyncIterator[None]:
    """Meanwhile this process answers the bell, and looks after everything by itself as well."""
    (await container.get(Doorbell)).listen()
    attendants = await container.get(Attendants)
    coming = asyncio.create_task(attendants.come_by_themselves())
    try:
        yield
    finally:
        coming.cancel()
        with suppress(asyncio.CancelledError):
            await coming


async def work(container: AsyncContainer) -> None:
    """Work until told to stop; a second signal ends the process where it stands."""
    told, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told.set)
    async with at_work(container):
        settle_in()
        await told.wait()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
    await container.close()
