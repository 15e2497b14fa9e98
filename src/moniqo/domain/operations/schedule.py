"""When what is done again and again is done next."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, NewType, Self
from uuid import UUID

from moniqo.domain.shared.entity import Entity
from moniqo.domain.shared.rules import Length

ScheduleId = NewType("ScheduleId", UUID)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule(Entity):
    """The next slot of a task that comes back. Whoever moves `fires_at` on has the slot.

    `rule` is what `fires_at` was reckoned by: with another rule it is reckoned anew.
    """

    id: ScheduleId
    name: Annotated[str, Length(1, 100)]
    rule: Annotated[str, Length(1, 200)]
    fires_at: datetime
    fired_at: datetime | None = None

    def fired(self, now: datetime, following: datetime) -> Self:
        """The slot is taken; slots that passed unseen became one with it."""
        return self.with_(fires_at=following, fired_at=now)

    def ruled(self, rule: str, following: datetime) -> Self:
        """By another rule from now on."""
        return self.with_(rule=rule, fires_at=following)
