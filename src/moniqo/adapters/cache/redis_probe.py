"""Whether a Redis answers."""

from moniqo.domain.shared.errors import Unavailable

SECONDS = 3


async def ping(url: str) -> None:
    """Ask once; raises `Unavailable` saying why, and never telling the URL's password."""
    try:
        from redis.asyncio import Redis
        from redis.exceptions import RedisError
    except ImportError as error:
        raise Unavailable("Redis needs its driver. Run `pip install 'moniqo[redis]'`.") from error
    client = Redis.from_url(url, socket_connect_timeout=SECONDS, socket_timeout=SECONDS)
    try:
        await client.ping()
    except (RedisError, OSError) as error:
        raise Unavailable(f"Redis does not answer: {type(error).__name__}.") from error
    finally:
        await client.aclose()
