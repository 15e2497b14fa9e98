"""Connections to Redis."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from moniqo.domain.shared.errors import Unavailable

MOST_CONNECTIONS = 50
SECONDS = 1.0


@asynccontextmanager
async def redis_pool(url: str) -> AsyncIterator[Any]:
    """A pool; nothing is connected before the first command. Raises `Unavailable`."""
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
    try:
        yield pool
    finally:
        await pool.disconnect()
