"""Counting on while the store that all processes share does not answer."""

import asyncio
import logging
from asyncio import Task
from contextvars import Context

from limits.errors import StorageError

from moniqo.adapters.limits.counts import Counts, Standing
from moniqo.adapters.limits.redis_windows import RedisWindows
from moniqo.adapters.limits.sliding_window import SlidingWindow

logger = logging.getLogger(__name__)
PATIENCE_SECONDS = 1.0
"""How long the shared store may take: longer than a busy machine makes anybody wait."""
PAUSE_SECONDS = 0.5
_LOST = (StorageError, OSError, TimeoutError)


class FallbackCounts:
    """See `Counts`. Counts in the store of all; while that is lost, this process counts its part.

    Once it is found lost nobody waits for it any more: it is asked in the background until it
    answers again.
    """

    def __init__(
        self,
        windows: RedisWindows,
        limit: int,
        own: Counts,
        *,
        patience: float = PATIENCE_SECONDS,
        pause: float = PAUSE_SECONDS,
    ) -> None:
        self._windows, self._shared = windows, SlidingWindow(windows, limit)
        self._own = own
        self._patience, self._pause = patience, pause
        self._asking: Task[None] | None = None

    @property
    def is_lost(self) -> bool:
        """Whether each process counts for itself at the moment."""
        return self._asking is not None

    async def take(self, key: str) -> Standing:
        """See `Counts`."""
        if self._asking is None:
            try:
                async with asyncio.timeout(self._patience):
                    return await self._shared.take(key)
            except _LOST as problem:
                self._lose(problem)
        return await self._own.take(key)

    def _lose(self, problem: Exception) -> None:
        if self._asking is None:
            reason = str(problem) or type(problem).__name__
            logger.warning(
                "Redis is lost: until it is back, each process limits calls by itself.",
                extra={"reason": reason},
            )
            self._asking = asyncio.create_task(self._ask(), context=Context())

    async def _ask(self) -> None:
        while True:
            await asyncio.sleep(self._pause)
            try:
                async with asyncio.timeout(self._patience):
                    await self._windows.probe()
            except _LOST:
                continue
            self._asking = None
            logger.info("Redis is back: all processes limit calls together again.")
            return

    async def close(self) -> None:
        """Ask no longer."""
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.gather(self._asking, return_exceptions=True)
