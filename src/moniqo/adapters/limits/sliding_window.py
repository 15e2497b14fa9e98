"""Calls counted over a sliding window, wherever the windows are kept."""

from moniqo.adapters.limits.counts import Standing, Windows, standing


class SlidingWindow:
    """See `Counts`: so many calls in a window of `seconds`."""

    def __init__(self, windows: Windows, limit: int, seconds: int = 60) -> None:
        self._windows = windows
        self._limit = limit
        self._seconds = seconds

    async def take(self, key: str) -> Standing:
        """See `Counts`."""
        taken, window = await self._windows.hit(key, self._limit, self._seconds)
        return standing(self._limit, self._seconds, window, taken=taken)
