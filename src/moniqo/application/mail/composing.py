"""Which events are told by mail, to whom, and in which letter.

Mail goes to nobody who is deactivated or removed. What concerns the safety of an account is
mailed whatever the user's settings say.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from moniqo.application.mail.daily import daily
from moniqo.application.mail.desk import Addressed, Desk
from moniqo.application.mail.letters import (
    EmailChange,
    EmailWasChanged,
    Invitation,
    NewDevice,
    PasswordReset,
    PasswordWasChanged,
    ReportIsReady,
    SessionEnded,
    Verification,
    Welcome,
)
from moniqo.application.mail.notices import digest, notice
from moniqo.application.mail.wording import device
from moniqo.application.notifications.wording import WORDING, day
from moniqo.application.operations.report_terms import MAY_REPORT
from moniqo.domain.identity.events import (
    EmailChanged,
    EmailChangeRequested,
    EmailVerified,
    NewDeviceSignedIn,
    PasswordChanged,
    PasswordResetRequested,
    RefreshTokenReused,
    UserInvited,
    UserRegistered,
    VerificationRequested,
)
from moniqo.domain.notifications.events import DigestDue
from moniqo.domain.operations.daily_report import DailyReportDue
from moniqo.domain.operations.events import ReportReady
from moniqo.domain.shared.event import Event
from moniqo.domain.shared.ids import OutboxEventId

Composer = Callable[[Desk, Any, OutboxEventId], Awaitable[Addressed | None]]


async def _registered(
    desk: Desk, event: UserRegistered, event_id: OutboxEventId
) -> Addressed | None:
    to = None if event.is_verified else await desk.user(event.user_id)
    if to is None or to.account.is_verified:
        return None
    # Nobody has said yet that the address is theirs: a name that a stranger chose is not shown.
    return await desk.linked(Verification, event_id, to, name="")


async def _verified(desk: Desk, event: EmailVerified, _: OutboxEventId) -> Addressed | None:
    to = await desk.user(event.user_id)
    if to is None:
        return None
    return Addressed(to.account.email, Welcome(name=to.name, link=desk.pages.home))


async def _verification(
    desk: Desk, event: VerificationRequested, event_id: OutboxEventId
) -> Addressed | None:
    to = await desk.owner(event.email)
    if to is None or to.account.is_verified:
        return None
    return await desk.linked(Verification, event_id, to, name="")


async def _reset(
    desk: Desk, event: PasswordResetRequested, event_id: OutboxEventId
) -> Addressed | None:
    to = await desk.owner(event.email)
    if to is None:
        return None
    name = to.name if to.account.is_verified else ""
    return await desk.linked(PasswordReset, event_id, to, name=name)


async def _invited(desk: Desk, event: UserInvited, event_id: OutboxEventId) -> Addressed | None:
    to = await desk.user(event.user_id)
    return await desk.linked(Invitation, event_id, to, name=to.name) if to else None


async def _email_change(
    desk: Desk, event: EmailChangeRequested, event_id: OutboxEventId
) -> Addressed | None:
    to = await desk.user(event.user_id)
    if to is None:
        return None
    return await desk.linked(EmailChange, event_id, to, name="", change=event)


async def _email_changed(desk: Desk, event: EmailChanged, _: OutboxEventId) -> Addressed | None:
    to = await desk.user(event.user_id)
    return Addressed(event.old_email, EmailWasChanged(name=to.name)) if to else None


async def _password_changed(
    desk: Desk, event: PasswordChanged, _: OutboxEventId
) -> Addressed | None:
    to = await desk.user(event.user_id)
    if to is None:
        return None
    return Addressed(to.account.email, PasswordWasChanged(name=to.name, link=desk.pages.home))


async def _new_device(desk: Desk, event: NewDeviceSignedIn, _: OutboxEventId) -> Addressed | None:
    to = await desk.user(event.user_id)
    if to is None:
        return None
    letter = NewDevice(
        name=to.name,
        device=device(event.user_agent),
        address=event.ip or "unknown",
        link=desk.pages.home,
    )
    return Addressed(to.account.email, letter)


async def _reused(desk: Desk, event: RefreshTokenReused, _: OutboxEventId) -> Addressed | None:
    to = await desk.user(event.user_id)
    if to is None:
        return None
    return Addressed(to.account.email, SessionEnded(name=to.name, link=desk.pages.home))


async def _report_ready(desk: Desk, event: ReportReady, _: OutboxEventId) -> Addressed | None:
    to = await desk.holder(event.user_id, MAY_REPORT)
    if to is None:
        return None
    letter = ReportIsReady(
        name=to.name,
        start=day(event.start),
        end=day(event.end),
        rows=f"{event.rows:,}",
        until=day(event.expires_at),
        link=desk.pages.file(event.file_id),
    )
    return Addressed(to.account.email, letter)


COMPOSERS: Mapping[type[Event], Composer] = {
    **dict.fromkeys(WORDING, notice),
    UserRegistered: _registered,
    EmailVerified: _verified,
    VerificationRequested: _verification,
    PasswordResetRequested: _reset,
    UserInvited: _invited,
    EmailChangeRequested: _email_change,
    EmailChanged: _email_changed,
    PasswordChanged: _password_changed,
    NewDeviceSignedIn: _new_device,
    RefreshTokenReused: _reused,
    DigestDue: digest,
    DailyReportDue: daily,
    ReportReady: _report_ready,
}
"""Every event that is told by mail."""
