"""Time and identities of a simulation: set, and counted."""

from datetime import UTC, datetime
from uuid import UUID

_VERSION_7 = 0x7 << 76
_VARIANT = 0x2 << 62


class SimulatedClock:
    """Stands still at the instant it was set to."""

    def __init__(self) -> None:
        self._now = datetime.fromtimestamp(0, tz=UTC)

    def now(self) -> datetime:
        """See `Clock`."""
        return self._now

    def set(self, now: datetime) -> None:
        """Move to `now`."""
        self._now = now


class CountedIds:
    """The same identities in every simulation: a replay is deterministic to the last digit."""

    def __init__(self) -> None:
        self._count = 0

    def new(self) -> UUID:
        """The next one, in the form of a UUIDv7 of the year 1970."""
        self._count += 1
        return UUID(int=(self._count >> 62 << 80) | _VERSION_7 | _VARIANT | self._count % 2**62)
