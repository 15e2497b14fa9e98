"""Who is told what by mail."""

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal

import pytest

from moniqo.application.identity.confirm_email_change import ConfirmEmailChange
from moniqo.application.identity.link import Link
from moniqo.application.mail.composing import COMPOSERS
from moniqo.application.mail.mail_event import mailing
from moniqo.application.notifications.relay_outbox import RelayOutbox, RelayTerms
from moniqo.domain.agents.events import RunFailed
from moniqo.domain.audit.audit_log import AuditLog
from moniqo.domain.audit.outbox_event import OutboxEvent
from moniqo.domain.identity.account import Account
from moniqo.domain.identity.credentials import Email, PasswordHash
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
from moniqo.domain.identity.mail_token import MailPurpose, MailToken
from moniqo.domain.identity.user import User
from moniqo.domain.identity.user_settings import UserSettings, UserSettingsId
from moniqo.domain.shared.errors import InvalidToken, Unavailable, Undeliverable
from moniqo.domain.shared.event import Event
from moniqo.domain.shared.ids import FlowId, FlowRunId, OutboxEventId, SessionId, TradeId, UserId
from moniqo.domain.trading.events import TradeClosed
from support.dice import Dice
from support.letters import PostRoom, token_in

NEW = Email("new@example.com")
OLD = Email("old@example.com")
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"

Telling = Callable[[User, Account], Event]


def device_event(user_id: UserId, **fields: str) -> NewDeviceSignedIn:
    known = {"ip": "203.0.113.7", "user_agent": FIREFOX}
    return NewDeviceSignedIn(user_id=user_id, session_id=SessionId(user_id), **known | fields)


def failed_run(user_id: UserId, error: str = "No answer.") -> RunFailed:
    ids = {"run_id": FlowRunId(user_id), "flow_id": FlowId(user_id)}
    return RunFailed(user_id=user_id, error=error, **ids)


LETTERS: dict[str, tuple[Telling, str, str | None]] = {
    "registered": (
        lambda user, _: EmailVerified(user_id=user.id),
        "Welcome to Moniqo",
        None,
    ),
    "forgot": (
        lambda _, account: PasswordResetRequested(email=account.email),
        "Reset your password",
        "https://app.moniqo.test/reset-password?token=",
    ),
    "invited": (
        lambda user, _: UserInvited(user_id=user.id),
        "You are invited to Moniqo",
        "https://app.moniqo.test/reset-password?token=",
    ),
    "password changed": (
        lambda user, _: PasswordChanged(user_id=user.id),
        "Your password was changed",
        None,
    ),
    "new device": (
        lambda user, _: device_event(user.id),
        "A sign-in from a new device",
        None,
    ),
    "token reused": (
        lambda user, _: RefreshTokenReused(user_id=user.id, session_id=SessionId(user.id)),
        "A session was ended for your safety",
        None,
    ),
    "run failed": (lambda user, _: failed_run(user.id), "A run of a flow failed", None),
}
"""What somebody is told at their own address: by which event, the subject, and the link's page."""
ELSEWHERE: dict[str, tuple[Telling, Email, str]] = {
    "another address": (
        lambda user, account: EmailChangeRequested(
            user_id=user.id, old_email=account.email, new_email=NEW
        ),
        NEW,
        "Confirm your new e-mail address",
    ),
    "address changed": (
        lambda user, _: EmailChanged(user_id=user.id, old_email=OLD),
        OLD,
        "Your e-mail address was changed",
    ),
}
"""What goes to another address."""
EVERY = {name: item[0] for name, item in (LETTERS | ELSEWHERE).items()}


@pytest.mark.parametrize("name", LETTERS)
async def test_who_it_concerns_is_told(name: str) -> None:
    room = PostRoom()
    event, subject, page = LETTERS[name]
    user, account = await room.somebody()

    mail = await room.told(event(user, account))

    assert mail is not None
    assert (mail.to, mail.subject) == (account.email, subject)
    assert mail.text.startswith("Hello Ada,")
    assert page is None or page in mail.text
    assert ("?token=" in mail.text) is (page is not None)


@pytest.mark.parametrize("name", ELSEWHERE)
async def test_a_new_address_confirms_and_an_old_one_is_told(name: str) -> None:
    room = PostRoom()
    event, to, subject = ELSEWHERE[name]

    mail = await room.told(event(*await room.somebody()))

    assert mail is not None
    assert (mail.to, mail.subject) == (to, subject)


@pytest.mark.parametrize("asked_again", [False, True])
async def test_an_address_that_is_not_verified_yet_gets_a_link(asked_again: bool) -> None:  # noqa: FBT001
    room = PostRoom()
    user, account = await room.somebody(is_verified=False)
    again = VerificationRequested(email=account.email)
    first = UserRegistered(user_id=user.id, is_verified=False)

    mail = await room.told(again if asked_again else first)

    assert mail is not None
    assert (mail.to, mail.subject) == (account.email, "Confirm your e-mail address")
    assert "https://app.moniqo.test/verify-email?token=" in mail.text
    assert "24 hours" in mail.text
    assert "Ada" not in mail.text


async def redeemed(room: PostRoom, text: str, purpose: MailPurpose) -> MailToken:
    async with room.people.uow() as tx:
        return await room.tokens.redeem(tx, text, purpose)


@pytest.mark.parametrize(
    ("event", "purpose"),
    [
        (lambda user, _: UserRegistered(user_id=user.id, is_verified=False), MailPurpose.VERIFY),
        (lambda _, account: PasswordResetRequested(email=account.email), MailPurpose.RESET),
        (lambda user, _: UserInvited(user_id=user.id), MailPurpose.RESET),
        (
            lambda user, account: EmailChangeRequested(
                user_id=user.id, old_email=account.email, new_email=NEW
            ),
            MailPurpose.EMAIL_CHANGE,
        ),
    ],
)
async def test_a_link_proves_that_its_reader_has_the_address(
    event: Telling, purpose: MailPurpose
) -> None:
    room = PostRoom()
    user, account = await room.somebody(is_verified=False)

    mail = await room.told(event(user, account))

    assert mail is not None
    token = await redeemed(room, token_in(mail), purpose)
    assert (token.user_id, token.email) == (user.id, mail.to)


async def test_the_same_event_told_again_mails_the_same() -> None:
    room = PostRoom()
    _, account = await room.somebody()
    event, event_id = PasswordResetRequested(email=account.email), OutboxEventId(account.id)

    first = await room.told(event, event_id)
    second = await room.told(event, event_id)

    assert first == second
    assert len(await room.people.all(MailToken)) == 1


async def test_a_link_that_a_newer_one_replaced_is_mailed_no_more() -> None:
    room = PostRoom()
    _, account = await room.somebody()
    event, late = PasswordResetRequested(email=account.email), OutboxEventId(account.id)
    room.bag.problem = Unavailable("Down.")
    with pytest.raises(Unavailable):
        await room.told(event, late)
    room.bag.problem = None

    newer = await room.told(event)

    assert newer is not None
    assert await room.told(event, late) is None
    assert (await redeemed(room, token_in(newer), MailPurpose.RESET)).email == account.email


async def test_a_link_that_is_too_old_by_now_is_mailed_no_more() -> None:
    room = PostRoom()
    _, account = await room.somebody()
    event, late = PasswordResetRequested(email=account.email), OutboxEventId(account.id)
    await room.told(event, late)

    room.people.clock.advance(hours=2)

    assert await room.told(event, late) is None


async def deactivated(room: PostRoom, _: User, account: Account) -> None:
    await room.people.save(account.with_(is_active=False))


async def user_removed(room: PostRoom, user: User, _: Account) -> None:
    await room.people.remove(user)


async def account_removed(room: PostRoom, _: User, account: Account) -> None:
    await room.people.remove(account)


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("leave", [deactivated, user_removed, account_removed])
async def test_S43_who_may_do_nothing_gets_no_mail(  # noqa: N802
    name: str, leave: Callable[[PostRoom, User, Account], Awaitable[None]]
) -> None:
    room = PostRoom()
    user, account = await room.somebody()
    await leave(room, user, account)

    await room.told(EVERY[name](user, account))

    assert room.bag.mails == {}
    assert await room.people.all(MailToken) == ()


@pytest.mark.parametrize("kind", [VerificationRequested, PasswordResetRequested])
async def test_nobodys_address_gets_no_mail(
    kind: type[VerificationRequested | PasswordResetRequested],
) -> None:
    room = PostRoom()

    assert await room.told(kind(email=Email("nobody@example.com"))) is None


async def test_who_is_verified_already_gets_no_link() -> None:
    room = PostRoom()
    user, account = await room.somebody()

    assert await room.told(VerificationRequested(email=account.email)) is None
    assert await room.told(UserRegistered(user_id=user.id, is_verified=False)) is None


@pytest.mark.parametrize(
    ("settings", "is_told"),
    [
        ({}, True),
        ({"email_notifications": False}, False),
        ({"notifications_enabled": False}, False),
    ],
)
async def test_users_say_whether_they_want_notifications_by_mail(
    settings: dict[str, bool],
    is_told: bool,  # noqa: FBT001
) -> None:
    room = PostRoom()
    user, _ = await room.somebody()
    row = UserSettings(id=UserSettingsId(room.people.ids.new()), user_id=user.id, **settings)
    await room.people.add(row)
    event = TradeClosed(
        user_id=user.id,
        trade_id=TradeId(user.id),
        flow_id=None,
        symbol="BTC/USDT",
        profit_loss=Decimal(25),
    )

    mail = await room.told(event)

    assert (mail is not None) is is_told
    assert mail is None or "a profit of 25 USDT" in mail.text


async def test_what_concerns_safety_is_told_whatever_users_want() -> None:
    room = PostRoom()
    user, _ = await room.somebody()
    row = UserSettings(
        id=UserSettingsId(room.people.ids.new()), user_id=user.id, email_notifications=False
    )
    await room.people.add(row)

    assert await room.told(PasswordChanged(user_id=user.id)) is not None


@pytest.mark.parametrize(
    ("user_agent", "ip", "words"),
    [
        (FIREFOX, "203.0.113.7", "Firefox on Linux, address 203.0.113.7."),
        ("", "", "Unknown device, address unknown."),
        ("Win at http://evil.test/ now", "::1", "an unknown device, address ::1."),
        ("evil.test", "::1", "an unknown device, address ::1."),
    ],
)
async def test_a_device_is_told_in_words_that_lead_nowhere(
    user_agent: str, ip: str, words: str
) -> None:
    room = PostRoom()
    user, _ = await room.somebody()

    mail = await room.told(device_event(user.id, user_agent=user_agent, ip=ip))

    assert mail is not None
    assert words in mail.text
    assert "evil" not in mail.text + mail.html


@pytest.mark.parametrize(
    "name", ["https://evil.test", "Win at www evil", "evil.test", "ada@evil.test", "a\\b"]
)
async def test_S26_a_name_that_leads_somewhere_is_not_shown(name: str) -> None:  # noqa: N802
    room = PostRoom()
    user, _ = await room.somebody(first_name=name)

    mail = await room.told(PasswordChanged(user_id=user.id))

    assert mail is not None
    assert mail.text.startswith("Hello,\n")
    assert name not in mail.text + mail.html


@pytest.mark.parametrize("name", ["<img src=x onerror=alert(1)>", "{{7*7}}", "=1+1", "{% raw %}"])
async def test_S26_a_name_is_shown_and_not_obeyed(name: str) -> None:  # noqa: N802
    room = PostRoom()
    user, _ = await room.somebody(first_name=name)

    mail = await room.told(PasswordChanged(user_id=user.id))

    assert mail is not None
    assert mail.text.startswith(f"Hello {name},")
    assert "<img" not in mail.html
    assert "49" not in mail.text.partition("\n")[0]


async def test_S15_a_mail_that_cannot_be_sent_goes_out_later_once() -> None:  # noqa: N802
    room = PostRoom()
    people = room.people
    user, _ = await room.somebody(is_verified=False)
    async with people.uow() as tx:
        tx.emit(UserRegistered(user_id=user.id, is_verified=False))
    tell = RelayOutbox(people.uow, people.clock, Dice(), mailing(room.react))
    room.bag.problem = Unavailable("Down.", retry_after=60)
    await tell()
    people.clock.advance(seconds=59)
    too_early = await tell()
    room.bag.problem = None
    people.clock.advance(seconds=1.001)

    done = await asyncio.gather(*(tell() for _ in range(5)))

    assert (too_early, sum(done)) == (0, 1)
    assert (room.bag.handed_over, len(room.bag.mails)) == (2, 1)


async def test_a_mail_that_is_refused_for_good_is_parked_and_holds_up_no_other() -> None:
    room = PostRoom()
    people = room.people
    (user, _), (other, account) = await room.somebody(), await room.somebody()
    async with people.uow() as tx:
        tx.emit(PasswordChanged(user_id=user.id))
    tell = RelayOutbox(people.uow, people.clock, Dice(), mailing(room.react), RelayTerms())
    room.bag.problem = Undeliverable("The mail server refused: 550 no such person.")
    await tell()
    room.bag.problem = None
    async with people.uow() as tx:
        tx.emit(PasswordChanged(user_id=other.id))

    await tell()

    parked, done = await people.all(OutboxEvent)
    assert parked.parked_at is not None
    assert done.done_at is not None
    assert [mail.to for mail in room.bag.mails.values()] == [account.email]


async def test_no_row_has_the_text_of_a_link() -> None:
    room = PostRoom()
    people = room.people
    _, account = await room.somebody()
    async with people.uow() as tx:
        tx.emit(PasswordResetRequested(email=account.email))
    room.bag.problem = Unavailable("Down.")
    tell = RelayOutbox(people.uow, people.clock, Dice(), mailing(room.react))
    await tell()
    room.bag.problem = None
    people.clock.advance(minutes=1)
    await tell()

    (mail,) = room.bag.mails.values()
    rows = [await people.all(kind) for kind in (OutboxEvent, MailToken, AuditLog)]
    assert token_in(mail) not in repr(rows)
    with pytest.raises(InvalidToken):
        await redeemed(room, token_in(mail), MailPurpose.VERIFY)


def test_every_event_of_accounts_is_told_by_mail() -> None:
    assert {kind for kind in COMPOSERS if "identity" in kind.__module__} == {
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
    }


@pytest.mark.parametrize("name", ["password", "address"])
async def test_s23_a_link_mailed_after_what_it_was_asked_for_before_is_dead(name: str) -> None:
    room, new_hash = PostRoom(), PasswordHash("bcrypt:another:hash")
    user, account = await room.somebody()
    event_id = OutboxEventId(room.people.ids.new())
    event = EmailChangeRequested(user_id=user.id, old_email=account.email, new_email=NEW)
    await room.happened(event, event_id)
    room.people.clock.advance(seconds=1)
    changed = {
        "password": account.with_password(new_hash, room.people.clock.now()),
        "address": account.with_email(OLD),
    }
    async with room.people.uow() as tx:
        await tx[Account].save(changed[name])

    mail = await room.told(event, event_id)

    assert mail is not None
    with pytest.raises(InvalidToken):
        await ConfirmEmailChange(room.people.uow, room.tokens)(link=Link(token_in(mail)))


async def test_a_link_that_was_asked_for_again_meanwhile_is_not_mailed() -> None:
    room = PostRoom()
    _, account = await room.somebody()
    first, second = [OutboxEventId(room.people.ids.new()) for _ in range(2)]
    event = PasswordResetRequested(email=account.email)
    await room.happened(event, first)
    room.people.clock.advance(seconds=1)

    later = await room.told(event, second)
    earlier = await room.told(event, first)

    assert later is not None
    assert earlier is None
