"""What a count of calls is asked for, and what it answers."""

from math import ceil, floor
from typing import NamedTuple, Protocol

Window = tuple[int, float, int, float]
"""Calls of the window before and seconds until they are forgotten; the same of the present one."""
_A_MOMENT = 0.001


class Standing(NamedTuple):
    """How a caller stands after a call.

    `reset` is in how many seconds calls begin to come back. `retry_after`, in seconds, is there
    if the call was one too many and was not counted.
    """

    limit: int
    remaining: int
    reset: int
    retry_after: int | None = None


class Windows(Protocol):
    """Keeps each caller's calls of the window before and of the present one."""

    async def hit(self, key: str, limit: int, seconds: int) -> tuple[bool, Window]:
        """Count a call if it is within the limit; whether it was, and what is counted now."""


class Counts(Protocol):
    """Counts each caller's calls of the last minute."""

    async def take(self, key: str) -> Standing:
        """Count one call of `key`, unless it is one too many."""


def standing(limit: int, seconds: int, window: Window, *, taken: bool) -> Standing:
    """How somebody with these calls stands; calls of the window before count ever less.

    They weigh as much as there is left of their time, rounded down.
    """
    before, left_before, present, left = window
    until_next = max(left - seconds, 0.0)
    if taken:
        weight = floor(before * left_before / seconds) + present
        return Standing(limit, max(limit - weight, 0), max(ceil(until_next), 1))
    wait = until_next
    if before and present < limit:
        wait = left_before - (limit - present) * seconds / before
    seconds_left = max(ceil(wait + _A_MOMENT), 1)
    return Standing(limit, 0, seconds_left, seconds_left)
