"""How often something was tried, by whom or from where, known or not."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, NewType, Self
from uuid import UUID

from moniqo.domain.shared.entity import Entity
from moniqo.domain.shared.rules import Pattern, Range

AttemptsId = NewType("AttemptsId", UUID)


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
