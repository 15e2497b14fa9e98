"""Messages to a user inside the product."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Self

from moniqo.domain.shared.entity import Entity
from moniqo.domain.shared.ids import NotificationId, UserId
from moniqo.domain.shared.rules import Length
from moniqo.domain.shared.types import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification(Entity):
    """One thing that a user is told. `kind` lets a client choose an icon or a link."""

    id: NotificationId
    user_id: UserId
    kind: Annotated[str, Length(1, 64)]
    title: Annotated[str, Length(1, 200)]
    description: Annotated[str, Length(0, 2000)] = ""
    is_viewed: bool = False
    viewed_at: datetime | None = None
    data: JsonObject | None = None

    def viewed(self, now: datetime) -> Self:
        """Seen by its user, since the first time that this was said."""
        return self if self.is_viewed else self.with_(is_viewed=True, viewed_at=now)
