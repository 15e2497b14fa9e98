"""Calls counted by the library `limits` in whatever store it is given."""

from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter

from moniqo.adapters.limits.counts import Standing, standing


class SlidingWindow:
    """See `Counts`: so many calls a minute in one store."""

    def __init__(self, storage: MemoryStorage | RedisStorage, limit: int) -> None:
        self._storage = storage
        self._window = SlidingWindowCounterRateLimiter(storage)
        self._item = RateLimitItemPerMinute(limit, namespace="calls")
        self._seconds = self._item.get_expiry()

    async def take(self, key: str) -> Standing:
        """See `Counts`."""
        taken = await self._window.hit(self._item, key)
        counted = await self._storage.get_sliding_window(self._item.key_for(key), self._seconds)
        return standing(self._item.amount, self._seconds, counted, taken=taken)

    async def probe(self) -> None:
        """Ask the store something; raises whatever a call would."""
        await self._storage.get_sliding_window("probe", self._seconds)
