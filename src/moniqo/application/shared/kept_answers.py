"""Reads through the cache, for whoever gives answers that others may have asked for before."""

from asyncio import Future, get_running_loop, shield
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext

from moniqo.application.shared.cache import Cache, Part
from moniqo.domain.shared.entity import Entity

Make = Callable[[], Awaitable[bytes]]
_NOBODY_TOLD = nullcontext()


class KeptAnswers:
    """Answers made of entities of some kinds; without a cache, each is made anew."""

    def __init__(self, cache: Cache | None, kinds: frozenset[type[Entity]]) -> None:
        self._cache = cache
        self._kinds = kinds
        self._making: dict[tuple[str, bytes], Future[bytes | None]] = {}

    async def answer(self, key: str, parts: Sequence[Part], make: Make) -> bytes:
        """What was kept under `key`, or else what `make` makes of the parts.

        Whoever asks while it is being made waits for it. What `make` raises is kept by nobody.
        """
        if self._cache is None or any(part.kind not in self._kinds for part in parts):
            return await make()
        found = await self._cache.look(key, parts)
        if found.answer is not None:
            return found.answer
        if found.stamp is None:
            return await make()
        return await self._made(self._cache, key, found.stamp, make)

    def changing(self, parts: Iterable[Part]) -> AbstractAsyncContextManager[None]:
        """See `Cache`."""
        if self._cache is None:
            return _NOBODY_TOLD
        told = {part for part in parts if part.kind in self._kinds}
        return self._cache.changing(told) if told else _NOBODY_TOLD

    async def _made(self, cache: Cache, key: str, stamp: bytes, make: Make) -> bytes:
        """Make it, or wait for it: only if nothing has changed since its making began."""
        flight = (key, stamp)
        if flight in self._making:
            # Whoever gives up waiting does not stop the others.
            made = await shield(self._making[flight])
            return await make() if made is None else made
        making = self._making[flight] = get_running_loop().create_future()
        answer = None
        try:
            answer = await make()
            making.set_result(answer)
            await cache.keep(key, stamp, answer)
        finally:
            del self._making[flight]
            if not making.done():
                making.set_result(None)
        return answer


NOT_KEPT = KeptAnswers(None, frozenset())
"""Where nobody asks twice."""
