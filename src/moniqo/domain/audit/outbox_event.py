"""Events that wait to be told."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Self

from moniqo.domain.shared.entity import Entity
from moniqo.domain.shared.errors import RuleViolated
from moniqo.domain.shared.ids import OutboxEventId
from moniqo.domain.shared.rules import Length, Range
from moniqo.domain.shared.types import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxEvent(Entity):
    """An event as written in the transaction that it tells of. Done once, at least told once.

    Until `lease_until` it is somebody's, or waits to be tried again. One that is parked is told
    no more, until an operator wants it.
    """

    id: OutboxEventId
    name: Annotated[str, Length(1, 100)]
    payload: JsonObject
    occurred_at: datetime
    attempts: Annotated[int, Range(least=0)] = 0
    lease_until: datetime | None = None
    done_at: datetime | None = None
    parked_at: datetime | None = None
    error: Annotated[str, Length(0, 2000)] | None = None

    def claimed(self, *, until: datetime) -> Self:
        """Taken by a relay up to `until`."""
        if self.done_at is not None or self.parked_at is not None:
            raise RuleViolated("The event has been told already, or is parked.")
        return self.with_(attempts=self.attempts + 1, lease_until=until)

    def done(self, now: datetime) -> Self:
        """Every reaction ran."""
        return self.with_(done_at=now, lease_until=None, error=None)

    def failed(self, error: str, *, retry_at: datetime) -> Self:
        """A reaction failed; it may be claimed again from `retry_at` on."""
        return self.with_(lease_until=retry_at, error=error[:2000])

    def parked(self, error: str, now: datetime) -> Self:
        """It was tried often enough, or would never succeed."""
        return self.with_(parked_at=now, lease_until=None, error=error[:2000])

    def unparked(self) -> Self:
        """To be told again, from the first attempt on; raises `RuleViolated` unless parked."""
        self._require_parked()
        return self.with_(parked_at=None, attempts=0)

    def dropped(self, now: datetime) -> Self:
        """Never to be told; why it could not be stays. Raises `RuleViolated` unless parked."""
        self._require_parked()
        return self.with_(parked_at=None, done_at=now)

    def _require_parked(self) -> None:
        if self.parked_at is None:
            raise RuleViolated("The event is not parked.")
