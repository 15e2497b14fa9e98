"""What is over goes after a while; what somebody may still need stays."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from moniqo.application.operations.clean_up import AT_ONCE, DEVICES_KNOWN, KEPT, CleanUp
from moniqo.application.shared.persistence import Transaction
from moniqo.application.shared.query import eq
from moniqo.domain.audit.outbox_event import OutboxEvent
from moniqo.domain.identity.attempts import Attempts, AttemptsId
from moniqo.domain.identity.credentials import TokenHash
from moniqo.domain.identity.mail_token import MailPurpose, MailToken, MailTokenId
from moniqo.domain.identity.session import Session
from moniqo.domain.notifications.mailed_notice import MailedNotice
from moniqo.domain.operations.task import Task, TaskId, TaskStatus
from moniqo.domain.shared.entity import Entity
from moniqo.domain.shared.idempotency_record import IdempotencyRecord, IdempotencyRecordId
from moniqo.domain.shared.ids import OutboxEventId, SessionId
from moniqo.domain.shared.types import JsonObject
from support.desk import Desk

LONG_AGO, JUST_NOW, LATER = -KEPT - timedelta(seconds=1), timedelta(seconds=-1), KEPT
FORGOTTEN = -DEVICES_KNOWN - timedelta(seconds=1)
HASH = "ab" * 32


async def rows(desk: Desk) -> dict[str, Entity]:
    """One of each kind and age, by what it is."""
    user_id, now, new = await desk.user(), desk.clock.now(), desk.ids.new

    def session(ends: timedelta, revoked: timedelta | None = None) -> Session:
        return Session(
            id=SessionId(new()),
            user_id=user_id,
            refresh_hash=TokenHash(HASH),
            expires_at=now + ends,
            absolute_expires_at=now + LATER,
            last_used_at=now,
            revoked_at=None if revoked is None else now + revoked,
        )

    def token(purpose: MailPurpose, ends: timedelta, used: timedelta) -> MailToken:
        return MailToken(
            id=MailTokenId(new()),
            user_id=user_id,
            purpose=purpose,
            token_hash=TokenHash(HASH),
            expires_at=now + ends,
            used_at=now + used,
        )

    def record(ends: timedelta) -> IdempotencyRecord:
        return IdempotencyRecord(
            id=IdempotencyRecordId(new()),
            scope="somebody",
            key=str(new()),
            body_digest=HASH,
            status=201,
            response="{}",
            headers=JsonObject({}),
            expires_at=now + ends,
        )

    def counter(began: timedelta, locked: timedelta | None = None) -> Attempts:
        return Attempts(
            id=AttemptsId(new()),
            kind="sign_in",
            key_hash=new().hex * 2,
            window_start=now + began,
            locked_until=None if locked is None else now + locked,
        )

    def event(done: timedelta | None, attempts: int = 0) -> OutboxEvent:
        return OutboxEvent(
            id=OutboxEventId(new()),
            name="Something",
            payload=JsonObject({}),
            occurred_at=now + LONG_AGO,
            attempts=attempts,
            done_at=None if done is None else now + done,
        )

    def task(status: TaskStatus, finished: timedelta | None) -> Task:
        return Task(
            id=TaskId(new()),
            kind="greet",
            queue="default",
            lane="greet",
            due_at=now + LONG_AGO,
            status=status,
            finished_at=None if finished is None else now + finished,
        )

    return {
        "gone: a session past its time": session(FORGOTTEN),
        "gone: a session ended long ago": session(LATER, FORGOTTEN),
        "stays: a session whose device is known": session(LONG_AGO),
        "stays: an ended session whose device is known": session(LATER, LONG_AGO),
        "stays: a session that lives": session(LATER),
        "gone: a token past its time": token(MailPurpose.RESET, LONG_AGO, used=LONG_AGO),
        "stays: a token just past its time": token(MailPurpose.VERIFY, JUST_NOW, used=JUST_NOW),
        "gone: an answer past its time": record(JUST_NOW),
        "stays: an answer that may be wanted": record(timedelta(seconds=1)),
        "gone: an old counter": counter(LONG_AGO),
        "gone: an old counter whose lock is over": counter(LONG_AGO, LONG_AGO),
        "stays: an old counter that locks": counter(LONG_AGO, LATER),
        "stays: a counter of now": counter(JUST_NOW),
        "gone: an event told long ago": event(LONG_AGO),
        "stays: an event just told": event(JUST_NOW),
        "stays: a parked event": event(None, attempts=8),
        "gone: a task done long ago": task(TaskStatus.SUCCEEDED, LONG_AGO),
        "gone: a task cancelled long ago": task(TaskStatus.CANCELLED, LONG_AGO),
        "stays: a task just done": task(TaskStatus.SUCCEEDED, JUST_NOW),
        "stays: a task that failed": task(TaskStatus.FAILED, LONG_AGO),
        "stays: a task that waits": task(TaskStatus.QUEUED, None),
    }


@pytest.fixture
async def stored(desk: Desk) -> dict[str, Entity]:
    made = await rows(desk)
    async with desk.uow() as tx:
        for row in made.values():
            await tx[type(row)].add(row)
    return made


async def left(desk: Desk, row: Any) -> bool:
    async with desk.uow() as tx:
        return await tx[type(row)].first(eq("id", row.id), include_deleted=True) is not None


async def test_only_what_is_over_goes(desk: Desk, stored: dict[str, Entity]) -> None:
    await CleanUp(desk.uow, desk.clock)()

    kept = {name: await left(desk, row) for name, row in stored.items()}
    assert kept == {name: name.startswith("stays") for name in stored}


async def test_what_was_decided_about_a_mail_goes_with_its_event(desk: Desk) -> None:
    user_id = await desk.user()
    turns = []
    for _ in range(2):
        turns.append(MailedNotice(id=OutboxEventId(desk.ids.new()), user_id=user_id))
        async with desk.uow() as tx:
            await tx[MailedNotice].add(turns[-1])
        desk.clock.advance(days=KEPT.days)

    await CleanUp(desk.uow, desk.clock)()

    assert [await left(desk, turn) for turn in turns] == [False, True]


@pytest.mark.usefixtures("stored")
async def test_it_tells_how_much_went(desk: Desk) -> None:
    clean = CleanUp(desk.uow, desk.clock)

    assert (await clean())["Session"] == 2
    assert set((await clean()).values()) == {0}


async def test_however_much_is_over_goes_in_parts(desk: Desk) -> None:
    long_ago = desk.clock.now() + LONG_AGO
    told = [
        OutboxEvent(
            id=OutboxEventId(desk.ids.new()),
            name="Something",
            payload=JsonObject({}),
            occurred_at=long_ago,
            done_at=long_ago,
        )
        for _ in range(2 * AT_ONCE + 1)
    ]
    async with desk.uow() as tx:
        await tx[OutboxEvent].add_many(told)
    left_after = []

    class Watched:
        def __call__(self) -> AbstractAsyncContextManager[Transaction]:
            return self._one()

        @asynccontextmanager
        async def _one(self) -> AsyncIterator[Transaction]:
            async with desk.uow() as tx:
                yield tx
            async with desk.uow() as tx:
                left_after.append(await tx[OutboxEvent].count())

    gone = await CleanUp(Watched(), desk.clock)()

    assert gone["OutboxEvent"] == len(told)
    assert sorted(set(left_after)) == [0, 1, AT_ONCE + 1, 2 * AT_ONCE + 1]
