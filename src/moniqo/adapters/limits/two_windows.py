"""Windows of one process."""

from collections.abc import Callable
from time import monotonic

from moniqo.adapters.limits.counts import Window


class TwoWindows:
    """See `Windows`. At the same cost for one caller and for a million.

    The library's own looks through all callers at every call to find whom it may forget. Here
    a window is one table, and is forgotten as a whole.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._number = 0
        self._present: dict[str, int] = {}
        self._before: dict[str, int] = {}

    async def hit(self, key: str, limit: int, seconds: int) -> tuple[bool, Window]:
        """See `Windows`."""
        number, passed = divmod(self._clock(), seconds)
        if number != self._number:
            self._turn(int(number))
        left = seconds - passed
        before, present = self._before.get(key, 0), self._present.get(key, 0)
        taken = int(before * left / seconds) + present < limit
        if taken:
            present += 1
            self._present[key] = present
        return taken, (before, left, present, left + seconds)

    def _turn(self, number: int) -> None:
        followed = number == self._number + 1
        self._before = self._present if followed else {}
        self._number, self._present = number, {}
