"""What to do when somebody else got in between."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

from moniqo.domain.shared.errors import Conflict, StaleVersion

T = TypeVar("T")

_ATTEMPTS = 30
_LONGEST_PAUSE = 0.25


async def settled(
    attempt: Callable[[], Awaitable[T]], *, again_on: tuple[type[Conflict], ...] = (StaleVersion,)
) -> T:
    """Run `attempt`, a whole unit of work, until nobody gets in between; then its answer.

    Each conflict means that somebody else's work was kept, so that all come through in turn.
    After 30 attempts the conflict is raised.
    """
    for number in range(1, _ATTEMPTS):
        try:
            return await attempt()
        except again_on:
            # Spread by chance, so that those who met once do not meet again.
            longest = min(_LONGEST_PAUSE, 0.001 * 2**number)
            await asyncio.sleep(random.uniform(0, longest))  # noqa: S311  (guards nothing)
    return await attempt()
