"""Answers kept in Redis, where every process finds them.

Each scope (see `scopes`) has a hash with a token that no other state of it ever had and, for each
write at work, when that is forgotten if its process ends. A kept answer begins with the tokens
that its parts had before it was made.
"""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from hashlib import blake2b
from secrets import token_hex
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from moniqo.adapters.breaker import Breaker, Lost, Told
from moniqo.adapters.cache import scopes
from moniqo.adapters.cache.memory_cache import LARGEST
from moniqo.application.shared.cache import Look, Part

logger = logging.getLogger(__name__)
PATIENCE_SECONDS = 0.5
PAUSE_SECONDS = 0.25
LONGEST_WRITE_MS = 30_000
"""How long nothing of a scope is kept after a process ended in the middle of a write."""
_PREFIX = "moniqo:cache:"
_SCOPE = "moniqo:changes:"
_ALL = f"{_SCOPE}*"
_SEAL = 16
_TOLD = Told(
    lost="Redis is lost: until it is back, answers are made anew.",
    back="Redis is back: answers are kept again; those of before are forgotten.",
)

_FIELDS = """
local function fields(key)
  local found = redis.pcall('HGETALL', key)
  if found.err then redis.call('DEL', key) return {} end
  return found
end
"""
# A server that was started again may have forgotten changes: what it kept before is not found.
LOOK = (
    _FIELDS
    + """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local stamp = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
for i = 2, #KEYS do
  local found, token = fields(KEYS[i]), nil
  local over = {}
  for f = 1, #found, 2 do
    if found[f] == 'token' then token = found[f + 1]
    elseif tonumber(found[f + 1]) > now then return {}
    else over[#over + 1] = found[f] end
  end
  if #over > 0 then redis.call('HDEL', KEYS[i], unpack(over)) end
  if not token or #over > 0 then
    token = ARGV[1] .. i
    redis.call('HSET', KEYS[i], 'token', token)
    redis.call('PEXPIRE', KEYS[i], 86400000)
  end
  stamp = stamp .. ',' .. token
end
local kept = redis.pcall('GET', KEYS[1])
if type(kept) ~= 'string' or string.sub(kept, 1, #stamp + 1) ~= stamp .. '\\n' then
  return {stamp}
end
return {stamp, string.sub(kept, #stamp + 2)}
"""
)
BEGIN = (
    _FIELDS
    + """
local clock = redis.call('TIME')
local over = clock[1] * 1000 + math.floor(clock[2] / 1000) + tonumber(ARGV[2])
for i = 1, #KEYS do
  fields(KEYS[i])
  redis.call('HSET', KEYS[i], ARGV[1], over)
  redis.call('PEXPIRE', KEYS[i], 86400000)
end
"""
)
END = (
    _FIELDS
    + """
for i = 1, #KEYS do
  fields(KEYS[i])
  redis.call('HDEL', KEYS[i], ARGV[1])
  redis.call('HSET', KEYS[i], 'token', ARGV[2] .. i)
  redis.call('PEXPIRE', KEYS[i], 86400000)
end
"""
)


class RedisCache:
    """See `Cache`. What comes back from Redis is believed only if it is sealed, with its key.

    While Redis is lost nothing is found or kept. Changes could not be told then: before it is
    used again everything that was kept is forgotten.
    """

    def __init__(
        self,
        pool: Any,
        secret: bytes,
        seconds: int,
        *,
        patience: float = PATIENCE_SECONDS,
        pause: float = PAUSE_SECONDS,
    ) -> None:
        client = Redis(connection_pool=pool)
        self._client, self._seconds = client, seconds
        self._secret = blake2b(secret, person=b"kept answers").digest()
        self._look, self._begin, self._end = map(client.register_script, (LOOK, BEGIN, END))
        self._untold = 0
        self._breaker = Breaker(self._forget, (RedisError,), _TOLD, patience=patience, pause=pause)

    @property
    def is_lost(self) -> bool:
        """Whether answers are neither found nor kept at the moment."""
        return self._breaker.is_open

    async def look(self, key: str, parts: Sequence[Part]) -> Look:
        """See `Cache`."""
        try:
            found = await self._breaker.call(lambda: self._looked(key, scopes.read(parts)))
        except Lost:
            return Look()
        if not found:
            return Look()
        stamp, *kept = found
        return Look(self._opened(key, stamp, kept[0]) if kept else None, stamp)

    async def keep(self, key: str, stamp: bytes, answer: bytes) -> None:
        """See `Cache`."""
        if len(answer) > LARGEST:
            return
        value = b"".join((stamp, b"\n", self._seal(key, stamp, answer), answer))
        await self._tried(lambda: self._client.set(f"{_PREFIX}{key}", value, ex=self._seconds))

    @asynccontextmanager
    async def changing(self, parts: Collection[Part]) -> AsyncIterator[None]:
        """See `Cache`."""
        names = [f"{_SCOPE}{name}" for name in scopes.written(parts)]
        writer = token_hex(8)
        is_known = await self._told(lambda: self._begin(names, [writer, LONGEST_WRITE_MS]))
        try:
            yield
            await self._told(lambda: self._end(names, [writer, token_hex(8)]))
        except BaseException as problem:
            # Nobody knows whether it was or will yet be committed. Redis, if it knows of the
            # write, waits for its end, but not for ever.
            if not is_known:
                self._untold += 1
                self._breaker.open(problem)
            raise

    async def close(self) -> None:
        """Let go of Redis."""
        await self._breaker.close()

    async def _looked(self, key: str, names: tuple[str, ...]) -> Any:
        keys = [f"{_PREFIX}{key}", _ALL, *(f"{_SCOPE}{name}" for name in names)]
        return await self._look(keys, [token_hex(8)])

    async def _told(self, call: Callable[[], Awaitable[Any]]) -> bool:
        """Whether Redis knows; if it does not, it has to forget everything."""
        is_told = await self._tried(call)
        self._untold += not is_told
        return is_told

    async def _tried(self, call: Callable[[], Awaitable[Any]]) -> bool:
        try:
            await self._breaker.call(call)
        except Lost:
            return False
        return True

    async def _forget(self) -> None:
        """Make everything old, until nothing was left untold meanwhile."""
        untold = -1
        while untold != self._untold:
            untold = self._untold
            await self._end([_ALL], ["", token_hex(8)])
            await self._looked("probe", ())

    def _seal(self, key: str, stamp: bytes, answer: bytes) -> bytes:
        text = b"\n".join((key.encode(), stamp, answer))
        return blake2b(text, key=self._secret, digest_size=_SEAL).digest()

    def _opened(self, key: str, stamp: bytes, kept: bytes) -> bytes | None:
        answer = kept[_SEAL:]
        return answer if self._seal(key, stamp, answer) == kept[:_SEAL] else None
