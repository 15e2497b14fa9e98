"""Counting on while the store that all processes share does not answer."""

from limits.errors import StorageError

from moniqo.adapters.breaker import Breaker, Lost, Told
from moniqo.adapters.limits.counts import Counts, Standing
from moniqo.adapters.limits.redis_windows import RedisWindows
from moniqo.adapters.limits.sliding_window import SlidingWindow

PATIENCE_SECONDS = 1.0
"""How long the shared store may take: longer than a busy machine makes anybody wait."""
PAUSE_SECONDS = 0.5
_TOLD = Told(
    lost="Redis is lost: until it is back, each process limits calls by itself.",
    back="Redis is back: all processes limit calls together again.",
)


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
        self._shared = SlidingWindow(windows, limit)
        self._own = own
        self._breaker = Breaker(
            windows.probe, (StorageError,), _TOLD, patience=patience, pause=pause
        )

    @property
    def is_lost(self) -> bool:
        """Whether each process counts for itself at the moment."""
        return self._breaker.is_open

    async def take(self, key: str) -> Standing:
        """See `Counts`."""
        try:
            return await self._breaker.call(lambda: self._shared.take(key))
        except Lost:
            return await self._own.take(key)

    async def close(self) -> None:
        """Ask no longer."""
        await self._breaker.close()
