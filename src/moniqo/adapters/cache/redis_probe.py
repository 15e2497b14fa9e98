"""Whether a Redis answers."""

from collections.abc import Mapping
from typing import Any

from moniqo.domain.shared.errors import Unavailable

SECONDS = 3


async def ping(url: str) -> None:
    """Ask once; raises `Unavailable` saying where, why and what to do, never the password."""
    try:
        from redis.asyncio import Redis
        from redis.exceptions import RedisError
    except ImportError as error:
        raise Unavailable("Redis needs its driver. Run `pip install 'moniqo[redis]'`.") from error
    try:
        client = Redis.from_url(url, socket_connect_timeout=SECONDS, socket_timeout=SECONDS)
    except ValueError:
        # The parser's own words may quote the password.
        raise Unavailable("REDIS_URL is not an address such as redis://host:6379/0.") from None
    place = _place(client.connection_pool.connection_kwargs)
    try:
        await client.ping()
    except (RedisError, OSError) as error:
        reason = str(error).rstrip(".") or type(error).__name__
        raise Unavailable(
            f"Redis at {place} does not answer ({reason}). "
            "Is it running and reachable, and is REDIS_URL right?"
        ) from error
    finally:
        await client.aclose()


def _place(options: Mapping[str, Any]) -> str:
    """Host and port, or the socket."""
    return options.get("path") or f"{options.get('host', 'localhost')}:{options.get('port', 6379)}"
