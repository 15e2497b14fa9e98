"""Who looks after what a bell is rung for."""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from moniqo.adapters.queue.unhurried import Haste
from moniqo.domain.shared.errors import Unavailable

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Attendant:
    """Looks in the store for what there is to do and does it.

    As many as `at_once` may be at it together. It comes by itself `every` so many seconds.
    """

    look: Callable[[], Awaitable[object]]
    every: float
    at_once: int = 1


class Attendants:
    """Every attendant of this process, by name; and who was called and has not come yet."""

    def __init__(self, attendants: Mapping[str, Attendant], haste: Haste) -> None:
        self._attendants, self._haste = attendants, haste
        self._called: set[str] = set()
        self._looking: Counter[str] = Counter()
        self._again: set[str] = set()
        self._quiet = asyncio.Event()
        self._quiet.set()

    def call(self, name: str) -> bool:
        """Whether a call is needed: not while an earlier one is under way. `LookupError`."""
        if name not in self._attendants:
            raise LookupError(f"nobody looks after {name}")
        is_needed = name not in self._called
        self._called.add(name)
        self._quiet.clear()
        return is_needed

    def came(self, name: str) -> None:
        """The call is over."""
        self._called.discard(name)
        self._tell()

    async def look(self, name: str) -> None:
        """Look after it until there is nothing to do. What goes wrong is logged.

        While as many as may are at it already, one of them looks once more instead.
        """
        self._called.discard(name)
        if self._looking[name] >= self._attendants[name].at_once:
            self._again.add(name)
            return
        self._looking[name] += 1
        self._quiet.clear()
        try:
            await self._look(name)
            while name in self._again:
                self._again.discard(name)
                await self._look(name)
        finally:
            self._looking[name] -= 1
            self._tell()

    async def _look(self, name: str) -> None:
        try:
            await self._attendants[name].look()
        except Unavailable as problem:
            # As often as somebody looks while the store is away.
            logger.warning("%s failed: %s", name, problem.message)
        except Exception:
            logger.exception("%s failed", name)

    def _tell(self) -> None:
        if not self._called and not self._looking.total():
            self._quiet.set()

    async def come_by_themselves(self) -> None:
        """Let each of them look at once and then at its time, until cancelled."""
        async with asyncio.TaskGroup() as rounds:
            for name, attendant in self._attendants.items():
                rounds.create_task(self._come(name, attendant.every))

    async def _come(self, name: str, every: float) -> None:
        looks: set[asyncio.Task[None]] = set()
        while True:
            look = asyncio.create_task(self.look(name), name=name)
            looks.add(look)
            look.add_done_callback(looks.discard)
            await asyncio.sleep(every)

    async def quiet(self) -> None:
        """Return when nobody is called and nobody looks; until then there is haste."""
        self._haste.set()
        try:
            await self._quiet.wait()
        finally:
            self._haste.clear()
