"""Time that stands still until a test moves it."""

from datetime import UTC, datetime, timedelta


class SettableClock:
    """See `Clock`."""

    def __init__(self, start: datetime = datetime(2026, 1, 15, 12, tzinfo=UTC)) -> None:
        self._now = start

    def now(self) -> datetime:
        """See `Clock`."""
        return self._now

    def set(self, now: datetime) -> None:
        """It is `now`."""
        self._now = now

    def advance(self, **duration: float) -> datetime:
        """Time passes, by `timedelta`'s arguments; answers what it is then."""
        self._now += timedelta(**duration)
        return self._now
