"""A flood of notifications is mailed as one digest."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from moniqo.application.mail.held_notices import held_notices
from moniqo.application.mail.mail_digest import MailDigest
from moniqo.application.mail.mail_event import mailing
from moniqo.application.mail.pace import MAIL_DIGEST, WINDOW
from moniqo.application.mail.ports import Mail
from moniqo.application.notifications.notify import Notify
from moniqo.application.notifications.relay_outbox import RelayOutbox
from moniqo.application.operations.held_task import HeldTask
from moniqo.application.shared.query import eq
from moniqo.domain.agents.events import RunFailed
from moniqo.domain.audit.outbox_event import OutboxEvent
from moniqo.domain.identity.account import Account
from moniqo.domain.identity.attempts import Attempts
from moniqo.domain.identity.events import PasswordChanged
from moniqo.domain.identity.user import User
from moniqo.domain.identity.user_settings import UserSettings, UserSettingsId
from moniqo.domain.notifications.events import DigestDue
from moniqo.domain.notifications.mailed_notice import MailedNotice
from moniqo.domain.notifications.notification import Notification
from moniqo.domain.operations.task import Task, TaskStatus
from moniqo.domain.shared.decoding import decode
from moniqo.domain.shared.errors import Unavailable
from moniqo.domain.shared.ids import FlowId, FlowRunId, NotificationId, OutboxEventId, UserId
from support.dice import Dice
from support.letters import PostRoom


def failed_run(user_id: UserId) -> RunFailed:
    ids = {"run_id": FlowRunId(user_id), "flow_id": FlowId(user_id)}
    return RunFailed(user_id=user_id, error="No answer.", **ids)


async def told(room: PostRoom, user: User, times: int = 1) -> list[OutboxEventId]:
    """So many runs of the user failed, each a second after the other."""
    event_ids = [OutboxEventId(room.people.ids.new()) for _ in range(times)]
    for event_id in event_ids:
        room.people.clock.advance(seconds=1)
        await told_again(room, user, event_id)
    return event_ids


async def told_again(room: PostRoom, user: User, event_id: OutboxEventId) -> None:
    event = failed_run(user.id)
    await Notify(room.people.uow)(event, event_id)
    await room.react(event, event_id)


async def waiting(room: PostRoom) -> tuple[Task, ...]:
    return await room.people.all(Task, eq("status", TaskStatus.QUEUED))


async def hour_ends(room: PostRoom) -> list[Mail]:
    """Every digest that waits is made and mailed; the new mails."""
    people, before = room.people, set(room.bag.mails)
    for task in await waiting(room):
        people.clock.set(max(people.clock.now(), task.due_at))
        held = await people.save(task.with_(status=TaskStatus.RUNNING, ready=False, fence=1))
        await MailDigest(room.pace)(HeldTask(people.uow, held))
        (held,) = await people.all(Task, eq("id", task.id))
        await people.save(held.with_(status=TaskStatus.SUCCEEDED, dedupe_key=None))
    for row in await people.all(OutboxEvent, eq("name", "DigestDue")):
        await room.react(decode(DigestDue, dict(row.payload)), row.id)
    return [mail for key, mail in room.bag.mails.items() if key not in before]


async def test_a_few_go_out_at_once_and_the_rest_in_one_mail_when_the_hour_is_over() -> None:
    room = PostRoom()
    user, account = await room.somebody()

    await told(room, user, times=8)

    at_once = list(room.bag.mails.values())
    (task,) = await waiting(room)
    (digest,) = await hour_ends(room)
    assert [mail.subject for mail in at_once] == ["A run of a flow failed"] * 5
    assert task.kind == MAIL_DIGEST
    assert task.due_at == (await room.people.all(Notification))[0].created_at + WINDOW
    assert (digest.to, digest.subject) == (account.email, "3 more notifications")
    times = [line for line in digest.text.splitlines() if line.startswith("- ")]
    assert len(times) == 3
    assert "https://app.moniqo.test" in digest.text
    assert "more." not in digest.text


async def test_the_next_hour_begins_with_the_next_mail() -> None:
    room = PostRoom(at_once=1)
    user, _ = await room.somebody()
    await told(room, user, times=2)
    (first,) = await hour_ends(room)

    await told(room, user, times=3)

    (second,) = await hour_ends(room)
    assert (first.subject, second.subject) == ("1 more notification", "2 more notifications")
    assert len(room.bag.mails) == 4


async def test_the_same_event_told_again_changes_nothing() -> None:
    room = PostRoom(at_once=2)
    user, _ = await room.somebody()
    event_ids = await told(room, user, times=3)

    for event_id in event_ids:
        await told_again(room, user, event_id)

    await told(room, user)
    (digest,) = await hour_ends(room)
    assert list(room.bag.mails) == [*map(str, event_ids[:2]), list(room.bag.mails)[-1]]
    assert digest.subject == "2 more notifications"
    assert await hour_ends(room) == []


async def test_one_users_flood_holds_back_nobody_elses_mail() -> None:
    room = PostRoom(at_once=1)
    (one, _), (other, account) = await room.somebody(), await room.somebody()
    await told(room, one, times=3)

    await told(room, other)

    assert list(room.bag.mails.values())[-1].to == account.email


async def test_mails_about_safety_are_never_held_back_and_not_counted() -> None:
    room = PostRoom(at_once=1)
    user, _ = await room.somebody()

    mails = [await room.told(PasswordChanged(user_id=user.id)) for _ in range(3)]
    await told(room, user, times=2)
    after = await room.told(PasswordChanged(user_id=user.id))

    assert None not in [*mails, after]
    assert len(await waiting(room)) == 1


async def test_the_newest_come_first_and_of_many_it_tells_how_many() -> None:
    room = PostRoom(at_once=0)
    user, _ = await room.somebody()
    await told(room, user, times=23)

    (digest,) = await hour_ends(room)

    lines = [line for line in digest.text.splitlines() if line.startswith("- ")]
    newest = max(it.created_at for it in await room.people.all(Notification))
    assert digest.subject == "23 more notifications"
    assert len(lines) == 20
    assert f"{newest:%H:%M} UTC" in lines[0]
    assert "and 3 more." in digest.text
    assert "and 3 more." in digest.html


async def test_however_many_were_held_back_all_are_counted() -> None:
    room = PostRoom()
    user, _ = await room.somebody()
    due = DigestDue(user_id=user.id, digest_at=room.people.clock.now())
    ids = [OutboxEventId(room.people.ids.new()) for _ in range(501)]
    held = [MailedNotice(id=it, user_id=user.id, digest_at=due.digest_at) for it in ids]
    async with room.people.uow() as tx:
        await tx[MailedNotice].add_many(held)
        await tx[Notification].add_many(
            [
                Notification(id=NotificationId(it), user_id=user.id, kind="run_failed", title="x")
                for it in ids
            ]
        )

    async with room.people.uow() as tx:
        found = await held_notices(tx, due)

    assert (len(found.newest), found.more) == (20, 481)


async def view(room: PostRoom, notification: Notification) -> None:
    await room.people.save(notification.viewed(room.people.clock.now()))


async def remove(room: PostRoom, notification: Notification) -> None:
    await room.people.remove(notification)


@pytest.mark.parametrize("meanwhile", [view, remove])
async def test_what_was_seen_or_removed_meanwhile_is_left_out(
    meanwhile: Callable[[PostRoom, Notification], Awaitable[None]],
) -> None:
    room = PostRoom(at_once=0)
    user, _ = await room.somebody()
    await told(room, user, times=2)
    first, second = await room.people.all(Notification)
    await meanwhile(room, first)
    mails = await hour_ends(room)
    await told(room, user)
    await meanwhile(room, (await room.people.all(Notification))[-1])

    nothing = await hour_ends(room)

    assert [mail.subject for mail in mails] == ["1 more notification"]
    assert nothing == []
    assert second.is_viewed is False


async def shut(room: PostRoom, _: User, account: Account) -> None:
    await room.people.save(account.with_(is_active=False))


async def leave(room: PostRoom, user: User, _: Account) -> None:
    await room.people.remove(user)


async def no_mail(room: PostRoom, user: User, _: Account) -> None:
    row_id = UserSettingsId(room.people.ids.new())
    await room.people.add(UserSettings(id=row_id, user_id=user.id, email_notifications=False))


@pytest.mark.parametrize("meanwhile", [shut, leave, no_mail])
async def test_who_wants_or_may_have_no_mail_by_then_gets_none(
    meanwhile: Callable[[PostRoom, User, Account], Awaitable[None]],
) -> None:
    room = PostRoom(at_once=0)
    user, account = await room.somebody()
    await told(room, user, times=2)
    await meanwhile(room, user, account)

    assert await hour_ends(room) == []


async def test_who_wants_no_mail_has_none_held_back() -> None:
    room = PostRoom(at_once=0)
    user, account = await room.somebody()
    await no_mail(room, user, account)

    await told(room, user)

    assert await room.people.all(MailedNotice) == ()


async def test_what_comes_while_a_digest_is_made_belongs_to_the_next_one() -> None:
    room = PostRoom(at_once=1)
    user, _ = await room.somebody()
    await told(room, user, times=2)
    (task,) = await waiting(room)
    async with room.people.uow() as tx:
        await room.pace.close(tx, user.id, task.due_at)

    # By this clock the hour is not over yet.
    first, second = await told(room, user, times=2)

    rows = {it.id: it for it in await room.people.all(MailedNotice)}
    assert rows[first].goes_out
    assert rows[second].digest_at is not None
    assert rows[second].digest_at > task.due_at


async def test_a_digest_that_is_made_late_ends_no_later_hour() -> None:
    room = PostRoom(at_once=1)
    user, _ = await room.somebody()
    await told(room, user, times=2)
    (task,) = await waiting(room)
    room.people.clock.advance(hours=2)
    await told(room, user)
    async with room.people.uow() as tx:
        await room.pace.close(tx, user.id, task.due_at)

    (event_id,) = await told(room, user)

    assert str(event_id) not in room.bag.mails


async def test_a_digest_whose_hour_was_forgotten_is_mailed_all_the_same() -> None:
    room = PostRoom(at_once=0)
    user, _ = await room.somebody()
    await told(room, user)
    async with room.people.uow() as tx:
        await tx[Attempts].purge(eq("kind", "notice_mail"))

    assert len(await hour_ends(room)) == 1


async def test_a_digest_that_cannot_be_sent_goes_out_later_once() -> None:
    room = PostRoom(at_once=0)
    user, _ = await room.somebody()
    await told(room, user)
    room.bag.problem = Unavailable("Down.")
    with pytest.raises(Unavailable):
        await hour_ends(room)
    room.bag.problem = None
    relay = RelayOutbox(room.people.uow, room.people.clock, Dice(), mailing(room.react))

    await asyncio.gather(*(relay() for _ in range(3)))

    assert [mail.subject for mail in room.bag.mails.values()] == ["1 more notification"]
