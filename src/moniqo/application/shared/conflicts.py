"""What to do when somebody else got in between."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
from contextlib import asynccontextmanager
from typing import TypeVar
from weakref import WeakValueDictionary

from moniqo.domain.shared.errors import Conflict, StaleVersion

T = TypeVar("T")

_ATTEMPTS = 30
_LONGEST_PAUSE = 0.25
_PATIENCE = 3.0
_TURNS: WeakValueDictionary[Hashable, asyncio.Lock] = WeakValueDictionary()


async def settled(
    attempt: Callable[[], Awaitable[T]],
    *,
    again_on: tuple[type[Conflict], ...] = (StaleVersion,),
    in_turn: Hashable = None,
    patience: float = _PATIENCE,
) -> T:
    """Run `attempt`, a whole unit of work, until nobody gets in between; then its answer.

    Each conflict means that somebody else's work was kept, so that all come through in turn.
    After 30 attempts the conflict is raised. What many write at once can be named as `in_turn`:
    then those of this process wait for one another, and collide with other processes alone.
    Who has waited for `patience` seconds goes on: the store may be away.
    """
    if in_turn is None:
        return await _tried(attempt, again_on)
    async with _turn(in_turn, patience):
        return await _tried(attempt, again_on)


@asynccontextmanager
async def _turn(thing: Hashable, patience: float) -> AsyncIterator[None]:
    turn = _TURNS.setdefault(thing, asyncio.Lock())
    try:
        async with asyncio.timeout(patience):
            await turn.acquire()
    except TimeoutError:
        yield
        return
    try:
        yield
    finally:
        turn.release()


async def _tried(attempt: Callable[[], Awaitable[T]], again_on: tuple[type[Conflict], ...]) -> T:
    for number in range(1, _ATTEMPTS):
        try:
            return await attempt()
        except again_on:
            # Spread by chance, so that those who met once do not meet again.
            longest = min(_LONGEST_PAUSE, 0.001 * 2**number)
            await asyncio.sleep(random.uniform(0, longest))  # noqa: S311  (guards nothing)
    return await attempt()
