"""Whether there are windows that all processes share, and whether they can be used."""

import asyncio
from typing import NamedTuple

from limits.errors import StorageError

from moniqo.adapters.limits.redis_windows import RedisWindows

PATIENCE_SECONDS = 1.0


class SharedWindows(NamedTuple):
    """The windows in Redis; None where none is configured."""

    windows: RedisWindows | None

    async def answer(self) -> bool | None:
        """Whether they can be used at this moment; None if there are none."""
        if self.windows is None:
            return None
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self.windows.probe()
        except (StorageError, OSError, TimeoutError):
            return False
        return True
