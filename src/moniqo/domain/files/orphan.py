"""Objects in the store of files that nothing refers to."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, NewType, Self
from uuid import UUID

from moniqo.domain.shared.entity import Entity
from moniqo.domain.shared.rules import Length, Range

OrphanId = NewType("OrphanId", UUID)
_FIRST_PAUSE = timedelta(minutes=1)
_MOST_DOUBLINGS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Orphan(Entity):
    """An object that nothing refers to: not yet, or no more. From `due_at` on it is to go.

    Who stores an object leaves this row first and takes it away in the transaction that makes
    something refer to it; who takes the last reference away leaves it in that transaction. So
    there is never an object that neither row nor orphan knows of, wherever a process ends.
    """

    id: OrphanId
    storage_key: Annotated[str, Length(1, 255)]
    due_at: datetime
    attempts: Annotated[int, Range(least=0)] = 0

    def claimed(self, now: datetime) -> Self:
        """Taken by who deletes the object; for others it is due later, each time by longer."""
        pause = _FIRST_PAUSE * 2 ** min(self.attempts, _MOST_DOUBLINGS)
        return self.with_(attempts=self.attempts + 1, due_at=now + pause)
