"""Windows that all processes share."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from limits.aio.storage import RedisStorage

from moniqo.adapters.cache.redis_pool import redis_pool
from moniqo.adapters.limits.counts import Window


class RedisWindows:
    """See `Windows`. Each step is one script of the library; Redis' own clock tells the time."""

    def __init__(self, storage: RedisStorage) -> None:
        self._storage = storage

    async def hit(self, key: str, limit: int, seconds: int) -> tuple[bool, Window]:
        """See `Windows`; raises `StorageError`."""
        taken = await self._storage.acquire_sliding_window_entry(key, limit, seconds)
        return taken, await self._storage.get_sliding_window(key, seconds)

    async def probe(self) -> None:
        """Raise whatever a hit would."""
        await self._storage.get_sliding_window("probe", 1)


@asynccontextmanager
async def redis_windows(url: str) -> AsyncIterator[RedisWindows]:
    """Windows in Redis; nothing is connected before the first hit. Raises `Unavailable`."""
    async with redis_pool(url) as pool:
        # The library hands its options on to the driver; a pool is one, though its types deny it.
        pooled: dict[str, Any] = {"connection_pool": pool}
        yield RedisWindows(
            RedisStorage(
                "async+redis://",
                wrap_exceptions=True,
                implementation="redispy",
                key_prefix="moniqo:calls",
                **pooled,
            )
        )
