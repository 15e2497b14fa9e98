"""Windows that all processes share."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from limits.aio.storage import RedisStorage

from moniqo.adapters.limits.counts import Window
from moniqo.domain.shared.errors import Unavailable

MOST_CONNECTIONS = 50
SECONDS = 1.0


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
    try:
        from redis.asyncio import BlockingConnectionPool
        from redis.asyncio.retry import Retry
        from redis.backoff import NoBackoff
    except ImportError as error:
        raise Unavailable("Redis needs its driver. Run `pip install 'moniqo[redis]'`.") from error
    # The one more attempt is for a connection that was closed while nobody used it.
    options = {
        "max_connections": MOST_CONNECTIONS,
        "timeout": SECONDS,
        "socket_timeout": SECONDS,
        "socket_connect_timeout": SECONDS,
        "retry": Retry(NoBackoff(), 1),
    }
    try:
        pool = BlockingConnectionPool.from_url(url, **options)
    except ValueError:
        # The parser's own words may quote the password.
        raise Unavailable("REDIS_URL is not an address such as redis://host:6379/0.") from None
    # The library hands its options on to the driver; a pool is one, though its types deny it.
    pooled: dict[str, Any] = {"connection_pool": pool}
    try:
        yield RedisWindows(
            RedisStorage(
                "async+redis://",
                wrap_exceptions=True,
                implementation="redispy",
                key_prefix="moniqo:calls",
                **pooled,
            )
        )
    finally:
        await pool.disconnect()
