"""All notifications seen."""

from dataclasses import dataclass

from moniqo.application.notifications.access import NOTIFICATIONS
from moniqo.application.shared.conflicts import settled
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.query import Listing, eq
from moniqo.application.shared.system import Clock
from moniqo.domain.notifications.notification import Notification
from moniqo.domain.shared.ids import UserId

_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class ViewedNotifications:
    """How many were unread before."""

    viewed: int


@dataclass(frozen=True, slots=True)
class ViewNotifications:
    """Note that the user has seen every notification that there is by now.

    They are marked in batches, so that what comes meanwhile does not have to wait.
    """

    uow: UnitOfWork
    clock: Clock

    async def __call__(self, *, user_id: UserId) -> ViewedNotifications:
        """How many that were."""
        viewed = 0
        while batch := await settled(lambda: self._view(user_id)):
            viewed += batch
        return ViewedNotifications(viewed)

    async def _view(self, user_id: UserId) -> int:
        now = self.clock.now()
        unread = (*NOTIFICATIONS.writable(user_id), eq("is_viewed", value=False))
        async with self.uow() as tx:
            page = await tx[Notification].page(Listing(where=unread, limit=_AT_ONCE))
            for found in page.items:
                await tx[Notification].save(found.viewed(now))
        return len(page.items)
