"""What was held back for a digest and is still worth telling."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from moniqo.application.shared.lookups import by_ids
from moniqo.application.shared.persistence import Transaction
from moniqo.application.shared.query import Listing, eq
from moniqo.domain.notifications.events import DigestDue
from moniqo.domain.notifications.mailed_notice import MailedNotice
from moniqo.domain.notifications.notification import Notification

SHOWN = 20
"""Notifications that a digest names; of others it tells how many there are."""
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class HeldNotices:
    """The `newest` ones, and how many `more` there are."""

    newest: tuple[Notification, ...]
    more: int


async def held_notices(tx: Transaction, due: DigestDue) -> HeldNotices:
    """Of the digest's notifications those that were neither viewed nor removed meanwhile."""
    newest: list[Notification] = []
    more = 0
    async for notification in _unseen(tx, due):
        if len(newest) < SHOWN:
            newest.append(notification)
        else:
            more += 1
    return HeldNotices(tuple(newest), more)


async def _unseen(tx: Transaction, due: DigestDue) -> AsyncIterator[Notification]:
    where = eq("user_id", due.user_id), eq("digest_at", due.digest_at)
    cursor = None
    while True:
        listing = Listing(where=where, sort=("-created_at",), limit=_AT_ONCE, cursor=cursor)
        page = await tx[MailedNotice].page(listing)
        known = await by_ids(tx, Notification, (held.id for held in page.items))
        for held in page.items:
            found = known.get(held.id)
            if found is not None and not found.is_viewed and found.deleted_at is None:
                yield found
        cursor = page.next_cursor
        if cursor is None:
            return
