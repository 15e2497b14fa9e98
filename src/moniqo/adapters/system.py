"""The machine's own clock, identities and randomness."""

import secrets
from datetime import UTC, datetime
from uuid import UUID

from uuid_utils.compat import uuid7

_STEPS = 2**53
"""As many numbers below 1 as a float tells apart evenly."""


class SystemClock:
    """See `Clock`."""

    def now(self) -> datetime:
        """See `Clock`."""
        now = datetime.now(UTC)
        return now.replace(microsecond=now.microsecond // 1000 * 1000)


class Uuid7Ids:
    """See `Ids`."""

    def new(self) -> UUID:
        """See `Ids`."""
        return uuid7()


class SystemRandomness:
    """See `Randomness`."""

    def token(self) -> str:
        """See `Randomness`."""
        return secrets.token_urlsafe(32)

    def fraction(self) -> float:
        """See `Randomness`."""
        return secrets.randbelow(_STEPS) / _STEPS
