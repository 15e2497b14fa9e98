"""Relays at once, on every backend: each event is told once, each mail is sent once."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from moniqo.adapters.persistence.collections import REGISTRY
from moniqo.application.mail.held_notices import held_notices
from moniqo.application.mail.mail_event import mailing
from moniqo.application.mail.pace import MAIL_DIGEST
from moniqo.application.notifications.notify import Notify
from moniqo.application.notifications.relay_outbox import RelayOutbox, RelayTerms
from moniqo.application.shared.query import eq
from moniqo.domain.agents.events import RunFailed
from moniqo.domain.audit.outbox_event import OutboxEvent
from moniqo.domain.identity.events import PasswordChanged, PasswordResetRequested
from moniqo.domain.identity.mail_token import MailPurpose
from moniqo.domain.notifications.events import DigestDue
from moniqo.domain.notifications.mailed_notice import MailedNotice
from moniqo.domain.operations.task import Task
from moniqo.domain.shared.errors import Unavailable
from moniqo.domain.shared.ids import FlowId, FlowRunId, OutboxEventId
from moniqo.domain.trading.events import CandlesImported
from support.dice import Dice
from support.letters import PostRoom, token_in
from support.people import People
from support.store import Place, prepared

pytestmark = pytest.mark.untraced


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def people(place: Place) -> AsyncIterator[People]:
    """On the module's backend."""
    async with prepared(place, REGISTRY) as backend:
        yield People(backend=backend)


def relay(people: People, reactions: Any) -> RelayOutbox:
    terms = RelayTerms(limit=timedelta(seconds=60))
    return RelayOutbox(people.uow, people.clock, Dice(), reactions, terms)


async def undone(people: People) -> list[OutboxEvent]:
    return [event for event in await people.all(OutboxEvent) if event.done_at is None]


async def test_relays_at_once_tell_every_event_once(people: People) -> None:
    told: Counter[OutboxEventId] = Counter()
    async with people.uow() as tx:
        for number in range(30):
            tx.emit(CandlesImported(exchange="x", symbol="A/B", timeframe="1h", added=number))

    async def listen(_: CandlesImported, event_id: OutboxEventId) -> None:
        told[event_id] += 1
        await asyncio.sleep(0.001)

    tell = relay(people, {CandlesImported: (listen,)})
    done = await asyncio.gather(*(tell() for _ in range(4)))

    assert sum(done) == 30
    assert set(told.values()) == {1}
    assert len(told) == 30
    assert await undone(people) == []


async def test_a_mail_goes_out_once_and_its_link_works(people: People) -> None:
    room = PostRoom(people)
    user, account = await room.somebody()
    async with people.uow() as tx:
        tx.emit(PasswordResetRequested(email=account.email))
        tx.emit(PasswordChanged(user_id=user.id))
    tell = relay(people, mailing(room.react))

    await asyncio.gather(*(tell() for _ in range(4)))

    assert (room.bag.handed_over, len(room.bag.mails)) == (2, 2)
    (reset,) = (mail for mail in room.bag.mails.values() if "Reset" in mail.subject)
    async with people.uow() as tx:
        token = await room.tokens.redeem(tx, token_in(reset), MailPurpose.RESET)
    assert token.user_id == user.id


async def test_what_is_parked_stays_until_it_is_wanted(people: People) -> None:
    room = PostRoom(people)
    user, _ = await room.somebody()
    async with people.uow() as tx:
        tx.emit(PasswordChanged(user_id=user.id))
    room.bag.problem = Unavailable("Down.")
    tell = RelayOutbox(
        people.uow, people.clock, Dice(), mailing(room.react), RelayTerms(attempts=2)
    )
    for _ in range(5):
        await tell()
        people.clock.advance(hours=1)

    (parked,) = await undone(people)
    room.bag.problem = None
    await people.save(parked.unparked())

    assert (parked.attempts, parked.parked_at is not None) == (2, True)
    assert await tell() == 1
    assert await undone(people) == []


async def test_of_a_flood_a_few_mails_go_out_and_the_rest_waits_for_one_digest(
    people: People,
) -> None:
    room = PostRoom(people)
    user, account = await room.somebody()
    runs = {"run_id": FlowRunId(user.id), "flow_id": FlowId(user.id)}
    async with people.uow() as tx:
        for _ in range(12):
            tx.emit(RunFailed(user_id=user.id, error="No answer.", **runs))
    reactions = {RunFailed: (Notify(people.uow), room.react)}

    await asyncio.gather(*(relay(people, reactions)() for _ in range(4)))

    turns = await people.all(MailedNotice, eq("user_id", user.id))
    (task,) = await people.all(Task, eq("kind", MAIL_DIGEST))
    held = [turn.id for turn in turns if turn.digest_at == task.due_at]
    async with people.uow() as tx:
        found = await held_notices(tx, DigestDue(user_id=user.id, digest_at=task.due_at))
    assert await undone(people) == []
    assert [mail.to for mail in room.bag.mails.values()] == [account.email] * 5
    assert (len(turns), len(held)) == (12, 7)
    assert {it.id for it in found.newest} == set(held)
