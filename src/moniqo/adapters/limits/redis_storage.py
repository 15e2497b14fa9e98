"""The store of counts that all processes share."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from limits.aio.storage import RedisStorage

from moniqo.domain.shared.errors import Unavailable

MOST_CONNECTIONS = 50
SECONDS = 1.0


@asynccontextmanager
async def redis_storage(url: str) -> AsyncIterator[RedisStorage]:
    """Counts in Redis; nothing is connected before the first. Raises `Unavailable`."""
    try:
        from redis.asyncio import BlockingConnectionPool
        from redis.asyncio.retry import Retry
        from redis.backoff import NoBackoff
    except ImportError as error:
        raise Unavailable("Redis needs its driver. Run `pip install 'moniqo[redis]'`.") from error
    # The one more attempt is for a connection that was closed while nobody used it.
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=MOST_CONNECTIONS,
        timeout=SECONDS,
        socket_timeout=SECONDS,
        socket_connect_timeout=SECONDS,
        retry=Retry(NoBackoff(), 1),
    )
    # The library hands its options on to the driver; a pool is one, though its types deny it.
    options: dict[str, Any] = {"connection_pool": pool}
    try:
        yield RedisStorage(
            "async+redis://",
            wrap_exceptions=True,
            implementation="redispy",
            key_prefix="moniqo",
            **options,
        )
    finally:
        await pool.disconnect()
