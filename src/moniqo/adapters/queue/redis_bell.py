"""A bell in Redis: a plain list, of which each ringing is heard by one process."""

import asyncio
import logging
from collections.abc import AsyncGenerator

from redis.asyncio import Redis
from redis.exceptions import RedisError
from taskiq import AsyncBroker, BrokerMessage

KEY = "moniqo:bell"
LONGEST = 1_000
"""Ringings that are kept while nobody listens: more would say no more."""
WAIT_SECONDS = 2.0
_PAUSE = 1.0
logger = logging.getLogger(__name__)


class RedisBell(AsyncBroker):
    """Heard by one of the processes on the same Redis; nothing that counts is in it."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._redis: Redis = Redis.from_url(
            url, socket_timeout=WAIT_SECONDS * 2, socket_connect_timeout=WAIT_SECONDS
        )

    async def startup(self) -> None:
        """See `AsyncBroker`; raises `RedisError` unless the server answers."""
        await super().startup()
        await self._redis.ping()

    async def kick(self, message: BrokerMessage) -> None:
        """See `AsyncBroker`; raises `RedisError`."""
        async with self._redis.pipeline(transaction=False) as pipe:
            pipe.lpush(KEY, message.message)
            pipe.ltrim(KEY, 0, LONGEST - 1)
            await pipe.execute()

    async def listen(self) -> AsyncGenerator[bytes, None]:
        """See `AsyncBroker`; goes on whatever becomes of the server."""
        while True:
            try:
                found = await self._redis.brpop([KEY], timeout=WAIT_SECONDS)
            except (RedisError, OSError) as problem:
                logger.warning("the bell cannot be heard: %s", type(problem).__name__)
                await asyncio.sleep(_PAUSE)
                continue
            if found is not None:
                yield found[1]  # type: ignore[misc]

    async def shutdown(self) -> None:
        """See `AsyncBroker`."""
        await super().shutdown()
        await self._redis.aclose()
