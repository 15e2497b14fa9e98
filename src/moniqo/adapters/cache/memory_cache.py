"""Answers kept in this process, for as long as it alone writes to the store."""

from asyncio import get_running_loop
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from itertools import count
from time import monotonic
from typing import NamedTuple

from moniqo.adapters.cache import scopes
from moniqo.application.shared.cache import Look, Part

LARGEST = 262_144
"""Bytes of the largest answer that is kept, wherever it is."""
MOST_NOTES = 100_000
LONGEST_WRITE = 30.0
"""Seconds for which nothing is kept of what was written if nobody knows what became of it."""


class _Entry(NamedTuple):
    stamp: bytes
    until: float
    answer: bytes


class MemoryCache:
    """See `Cache`. At most `most_bytes` of answers; who was asked for least recently goes first."""

    def __init__(
        self, seconds: float, most_bytes: int, clock: Callable[[], float] = monotonic
    ) -> None:
        self._seconds, self._most_bytes, self._clock = seconds, most_bytes, clock
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._bytes = 0
        self._numbers = count(1)
        self._changes: dict[str, int] = {}
        self._forgotten = 0
        self._changing: Counter[str] = Counter()

    async def look(self, key: str, parts: Sequence[Part]) -> Look:
        """See `Cache`."""
        names = scopes.read(parts)
        if self._changing and any(name in self._changing for name in names):
            return Look()
        stamp = b",".join(b"%d" % self._changes.get(name, self._forgotten) for name in names)
        found = self._entries.get(key)
        if found is None or found.stamp != stamp or found.until <= self._clock():
            return Look(stamp=stamp)
        self._entries.move_to_end(key)
        return Look(found.answer, stamp)

    async def keep(self, key: str, stamp: bytes, answer: bytes) -> None:
        """See `Cache`."""
        if len(answer) > LARGEST:
            return
        self._drop(key)
        self._entries[key] = _Entry(stamp, self._clock() + self._seconds, answer)
        self._bytes += len(key) + len(answer)
        while self._bytes > self._most_bytes:
            self._drop(next(iter(self._entries)))

    @asynccontextmanager
    async def changing(self, parts: Collection[Part]) -> AsyncIterator[None]:
        """See `Cache`."""
        names = scopes.written(parts)
        self._changing.update(names)
        try:
            yield
        except BaseException:
            # Nobody knows whether it was or will yet be committed.
            get_running_loop().call_later(LONGEST_WRITE, self._end, names)
            raise
        self._end(names)

    def _end(self, names: tuple[str, ...]) -> None:
        self._changing.subtract(names)
        for name in names:
            if not self._changing[name]:
                del self._changing[name]
        if len(self._changes) > MOST_NOTES:
            # Whatever was forgotten counts as changed just now.
            self._changes.clear()
            self._forgotten = next(self._numbers)
        self._changes.update((name, next(self._numbers)) for name in names)

    def _drop(self, key: str) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._bytes -= len(key) + len(entry.answer)
