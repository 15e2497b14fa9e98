"""Counts of one process."""

from collections.abc import Callable
from math import floor
from time import monotonic

from limits.aio.storage import MemoryStorage


class TwoWindows(MemoryStorage):
    """The sliding windows of `MemoryStorage` at the same cost for one caller and for a million.

    The library looks through all callers at every call to find whom it may forget. Here a
    window is one table, and is forgotten as a whole.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._number = 0
        self._present: dict[str, int] = {}
        self._before: dict[str, int] = {}

    async def acquire_sliding_window_entry(
        self, key: str, limit: int, expiry: int, amount: int = 1
    ) -> bool:
        """Count the call if it is within the limit."""
        before, left, present, _ = self._window(key, expiry)
        if floor(before * left / expiry) + present + amount > limit:
            return False
        self._present[key] = present + amount
        return True

    async def get_sliding_window(self, key: str, expiry: int) -> tuple[int, float, int, float]:
        """The calls of the window before and of the present one, with their times."""
        return self._window(key, expiry)

    def _window(self, key: str, expiry: int) -> tuple[int, float, int, float]:
        number, passed = divmod(self._clock(), expiry)
        if number != self._number:
            followed = number == self._number + 1
            self._before = self._present if followed else {}
            self._number, self._present = int(number), {}
        left = expiry - passed
        return self._before.get(key, 0), left, self._present.get(key, 0), left + expiry
