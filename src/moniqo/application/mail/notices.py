"""Mails about what stands among a user's notifications: one each, or many in a digest."""

from moniqo.application.mail.desk import Addressed, Desk
from moniqo.application.mail.held_notices import held_notices
from moniqo.application.mail.letters import DigestLine, NoticeDigest, NotificationLetter
from moniqo.application.notifications.wording import WORDING, day
from moniqo.domain.notifications.events import DigestDue
from moniqo.domain.notifications.notification import Notification
from moniqo.domain.shared.event import Event
from moniqo.domain.shared.ids import OutboxEventId


async def notice(desk: Desk, event: Event, event_id: OutboxEventId) -> Addressed | None:
    """A mail of its own, unless it is held back for a digest."""
    told = WORDING[type(event)](event)
    to = await desk.reader(told.user_id)
    if to is None or not await desk.pace.admits(told.user_id, event_id):
        return None
    letter = NotificationLetter(
        name=to.name, title=told.title, description=told.description, link=desk.pages.home
    )
    return Addressed(to.account.email, letter)


async def digest(desk: Desk, event: DigestDue, _: OutboxEventId) -> Addressed | None:
    """What was held back, if anything of it is still to be told."""
    to = await desk.reader(event.user_id)
    if to is None:
        return None
    async with desk.uow() as tx:
        held = await held_notices(tx, event)
    if not held.newest:
        return None
    letter = NoticeDigest(
        name=to.name,
        count=f"{len(held.newest) + held.more:,}",
        lines=tuple(_line(it) for it in held.newest),
        more=f"{held.more:,}" if held.more else "",
        link=desk.pages.home,
    )
    return Addressed(to.account.email, letter)


def _line(notification: Notification) -> DigestLine:
    at = notification.created_at
    return DigestLine(title=notification.title, at=day(at) if at else "")
