"""The reaction that tells users."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from moniqo.application.notifications.relay_outbox import Reaction
from moniqo.application.notifications.wording import WORDING
from moniqo.application.shared.persistence import Transaction, UnitOfWork
from moniqo.application.shared.query import eq
from moniqo.domain.identity.user_settings import UserSettings
from moniqo.domain.notifications.notification import Notification
from moniqo.domain.shared.errors import AlreadyExists
from moniqo.domain.shared.event import Event
from moniqo.domain.shared.ids import NotificationId, OutboxEventId, UserId

LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Notify:
    """Make the notification of an event, once however often the event is told.

    Who wants none gets none. It has the event's id, which tells whether it was made, even if it
    was removed since.
    """

    uow: UnitOfWork

    async def __call__(self, event: Event, event_id: OutboxEventId) -> None:
        """Make it unless it was made."""
        notice = WORDING[type(event)](event)
        message = Notification(
            id=NotificationId(event_id),
            user_id=notice.user_id,
            kind=notice.kind,
            title=notice.title,
            description=notice.description[:LONGEST],
            data=notice.data,
        )
        with suppress(AlreadyExists):
            async with self.uow() as tx:
                made = await tx[Notification].first(eq("id", message.id), include_deleted=True)
                if made is None and await _wanted(tx, message.user_id):
                    await tx[Notification].add(message)


async def _wanted(tx: Transaction, user_id: UserId) -> bool:
    settings = await tx[UserSettings].first(eq("user_id", user_id))
    return settings is None or settings.notifications_enabled


def reactions(notify: Notify) -> Mapping[type[Event], tuple[Reaction, ...]]:
    """Who reacts to what."""
    return dict.fromkeys(WORDING, (notify,))
