"""What is done a moment later, and not always the same one."""

import asyncio
import random
from collections.abc import Awaitable, Callable


class Unhurried:
    """Calls `work` after so many seconds, drawn anew each time between `least` and `most`."""

    def __init__(self, work: Callable[[], Awaitable[object]], *, least: float, most: float) -> None:
        self._work = work
        self._bounds = least, most

    async def __call__(self, _job: object) -> None:
        """Wait and do it."""
        await asyncio.sleep(random.uniform(*self._bounds))  # noqa: S311  (a pause, no secret)
        await self._work()
