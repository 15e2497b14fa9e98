"""Repeating a unit of work that lost a race."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from moniqo.domain.shared.errors import StaleVersion

T = TypeVar("T")
ATTEMPTS = 20


async def retried(work: Callable[[], Awaitable[T]], attempts: int = ATTEMPTS) -> T:
    """Run a whole unit of work again while somebody else changes what it changes.

    `work` reads anew each time. Of N that race at least one wins every round, so N attempts
    suffice for N racers; past them the `StaleVersion` is the caller's.
    """
    for _ in range(attempts - 1):
        try:
            return await work()
        except StaleVersion:
            continue
    return await work()
