"""A notification that was seen."""

from dataclasses import dataclass

from moniqo.application.notifications.access import NOTIFICATIONS
from moniqo.application.shared.conflicts import settled
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.system import Clock
from moniqo.domain.notifications.notification import Notification
from moniqo.domain.shared.ids import NotificationId, UserId


@dataclass(frozen=True, slots=True)
class ViewNotification:
    """Note that the user has seen a notification; raises `NotFound`."""

    uow: UnitOfWork
    clock: Clock

    async def __call__(self, *, user_id: UserId, notification_id: NotificationId) -> Notification:
        """The notification as it is now; one that was viewed stays as it is."""

        async def view() -> Notification:
            async with self.uow() as tx:
                own = NOTIFICATIONS.writable(user_id)
                found = await tx[Notification].get(notification_id, *own)
                seen = found.viewed(self.clock.now())
                return found if seen is found else await tx[Notification].save(seen)

        return await settled(view)
