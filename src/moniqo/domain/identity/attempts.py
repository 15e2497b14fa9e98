"""How often something was tried, by whom or from where, known or not."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, NewType, Self
from uuid import UUID

from moniqo.domain.shared.entity import Entity
from moniqo.domain.shared.rules import Pattern, Range

AttemptsId = NewType("AttemptsId", UUID)
_DOUBLINGS = 30
"""More would not fit into a duration; every longest lock is reached long before."""


@dataclass(frozen=True, slots=True)
class LockTerms:
    """When wrong passwords lock: `attempts` of them within `window`, for `first`.

    Each further lock is twice as long as the one before, up to `longest`.
    """

    attempts: int = 5
    window: timedelta = timedelta(minutes=15)
    first: timedelta = timedelta(minutes=15)
    longest: timedelta = timedelta(hours=1)

    def lock(self, level: int) -> timedelta:
        """How long the lock after `level` earlier ones is."""
        times: int = 2 ** min(level, _DOUBLINGS)
        return min(self.first * times, self.longest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempts(Entity):
    """A counter over a window of time; what is counted need not exist.

    `key_hash` is the SHA-256 of what is counted: an address, an IP, a user's id. `lock_level`
    is how often in a row it was locked, each time for longer.
    """

    id: AttemptsId
    kind: Annotated[str, Pattern(r"[a-z_]{1,32}", "a kind such as sign_in")]
    key_hash: Annotated[str, Pattern(r"[0-9a-f]{64}", "64 hexadecimal digits")]
    window_start: datetime
    count: Annotated[int, Range(least=0)] = 0
    locked_until: datetime | None = None
    lock_level: Annotated[int, Range(least=0)] = 0

    def used(self, now: datetime, window: timedelta) -> int:
        """How many count at this moment; none once the window is over."""
        return self.count if now < self.window_start + window else 0

    def counted(self, now: datetime, window: timedelta) -> Self:
        """With one more; the first after a window begins the next one."""
        used = self.used(now, window)
        return self.with_(count=used + 1, window_start=self.window_start if used else now)

    def locked_for(self, now: datetime) -> timedelta | None:
        """How long the lock still lasts; None if there is none."""
        if self.locked_until is None or now >= self.locked_until:
            return None
        return self.locked_until - now

    def failed(self, now: datetime, terms: LockTerms) -> Self:
        """With one more wrong password, and locked if it was one too many."""
        # What led to a lock that is over does not count again.
        before = self.cleared() if self.locked_until else self
        found = before.counted(now, terms.window).with_(lock_level=self.lock_level)
        if found.count < terms.attempts:
            return found
        until = now + terms.lock(self.lock_level)
        return found.with_(locked_until=until, lock_level=self.lock_level + 1)

    def cleared(self) -> Self:
        """Forgotten: neither counted nor locked."""
        return self.with_(count=0, locked_until=None, lock_level=0)
