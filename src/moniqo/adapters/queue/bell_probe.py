"""Whether a broker can be rung."""

import asyncio
from contextlib import suppress

from taskiq import AsyncBroker

from moniqo.domain.shared.errors import Unavailable

SECONDS = 5


async def answers(broker: AsyncBroker) -> None:
    """Connect once; raises `Unavailable`, saying what to do and nothing of the address."""
    try:
        async with asyncio.timeout(SECONDS):
            await broker.startup()
    except Exception as problem:
        reason = type(problem).__name__
        raise Unavailable(
            f"The bell of QUEUE_URL does not answer ({reason}). Is the server running and "
            "reachable, and are QUEUE_URL and its password right?"
        ) from problem
    finally:
        with suppress(Exception):
            async with asyncio.timeout(SECONDS):
                await broker.shutdown()
