"""What somebody was told, and how much of it they have not seen."""

from dataclasses import dataclass, replace

from moniqo.application.notifications.access import NOTIFICATIONS
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.query import Listing, eq
from moniqo.domain.notifications.notification import Notification
from moniqo.domain.shared.ids import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    """A page of notifications; `unread` counts those of all pages that were not viewed."""

    items: tuple[Notification, ...]
    total: int | None
    limit: int
    offset: int
    has_more: bool
    next_cursor: str | None
    unread: int


@dataclass(frozen=True, slots=True)
class ListNotifications:
    """The user's own."""

    uow: UnitOfWork

    async def __call__(self, *, user_id: UserId, listing: Listing) -> Inbox:
        """The page."""
        own = NOTIFICATIONS.readable(user_id)
        async with self.uow() as tx:
            page = await tx[Notification].page(replace(listing, where=(*own, *listing.where)))
            unread = await tx[Notification].count(*own, eq("is_viewed", value=False))
        return Inbox(
            items=page.items,
            total=page.total,
            limit=page.limit,
            offset=page.offset,
            has_more=page.has_more,
            next_cursor=page.next_cursor,
            unread=unread,
        )
