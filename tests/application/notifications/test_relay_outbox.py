import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from moniqo.application.notifications.relay_outbox import RelayOutbox, RelayTerms
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.query import Listing
from moniqo.domain.audit.outbox_event import OutboxEvent
from moniqo.domain.shared.errors import Unavailable, Undeliverable
from moniqo.domain.shared.event import Event
from moniqo.domain.shared.ids import FlowId, OutboxEventId, TradeId, UserId
from moniqo.domain.trading.events import CandlesImported, TradeClosed, TradeOpened
from support.dice import Dice
from support.people import People

LONG_PAUSE = timedelta(hours=1)
TERMS = RelayTerms()
LEASE = TERMS.lease
MOST_ATTEMPTS = TERMS.attempts


@dataclass
class Listener:
    """Remembers what it was told; fails as often as it should."""

    failures: int = 0
    told: list[tuple[Event, OutboxEventId]] = field(default_factory=list)

    async def __call__(self, event: Event, event_id: OutboxEventId) -> None:
        await asyncio.sleep(0)
        if self.failures:
            self.failures -= 1
            raise RuntimeError("not now")
        self.told.append((event, event_id))


class FailingOnce:
    """A unit of work whose store is lost at the first claim of an event of that name."""

    def __init__(self, uow: UnitOfWork, name: str) -> None:
        self._uow, self._name, self.failed = uow, name, False

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[Any]:
        async with self._uow() as tx:
            yield _Failing(tx, self)

    def look_at(self, event: OutboxEvent) -> None:
        if event.name == self._name and not self.failed:
            self.failed = True
            raise Unavailable("The store is gone.")


class _Failing:
    def __init__(self, tx: Any, uow: FailingOnce) -> None:
        self._tx, self._uow = tx, uow

    def __getitem__(self, entity: type[Any]) -> Any:
        self._repository = self._tx[entity]
        return self

    async def page(self, listing: Listing) -> Any:
        return await self._repository.page(listing)

    async def save(self, event: OutboxEvent) -> OutboxEvent:
        self._uow.look_at(event)
        return await self._repository.save(event)  # type: ignore[no-any-return]


def opened(people: People) -> TradeOpened:
    return TradeOpened(
        user_id=UserId(people.ids.new()),
        trade_id=TradeId(people.ids.new()),
        flow_id=FlowId(people.ids.new()),
        symbol="BTC/USDT",
        side="buy",
        quantity=Decimal("0.5"),
        price=Decimal("17650.03"),
    )


def closed(people: People) -> TradeClosed:
    return TradeClosed(
        user_id=UserId(people.ids.new()),
        trade_id=TradeId(people.ids.new()),
        flow_id=None,
        symbol="BTC/USDT",
        profit_loss=Decimal("-139.04328086775"),
    )


async def emit(people: People, *events: Event) -> None:
    for event in events:
        async with people.uow() as tx:
            tx.emit(event)
        people.clock.advance(milliseconds=1)


def relay(
    people: People, reactions: Mapping[type[Event], Any], terms: RelayTerms = TERMS
) -> RelayOutbox:
    return RelayOutbox(people.uow, people.clock, Dice(), reactions, terms)


async def outbox(people: People) -> OutboxEvent:
    (row,) = await people.all(OutboxEvent)
    return row  # type: ignore[no-any-return]


async def test_every_event_is_told_as_it_was_emitted_and_in_order() -> None:
    people, listener = People(), Listener()
    events = [opened(people), closed(people), opened(people)]
    await emit(people, *events)

    done = await relay(people, {TradeOpened: (listener,), TradeClosed: (listener,)})()

    rows = await people.all(OutboxEvent)
    assert done == 3
    assert listener.told == [(event, row.id) for event, row in zip(events, rows, strict=True)]
    assert all(row.done_at is not None and row.error is None for row in rows)


async def test_what_is_done_is_not_told_again() -> None:
    people, listener = People(), Listener()
    await emit(people, opened(people))
    tell = relay(people, {TradeOpened: (listener,)})
    await tell()

    people.clock.advance(days=1)

    assert await tell() == 0
    assert len(listener.told) == 1


async def test_an_event_that_nobody_reacts_to_is_done() -> None:
    people = People()
    await emit(people, CandlesImported(exchange="x", symbol="A/B", timeframe="1h", added=1))

    assert await relay(people, {TradeOpened: (Listener(),)})() == 1


async def test_all_reactions_of_an_event_run() -> None:
    people, one, two = People(), Listener(), Listener()
    await emit(people, opened(people))

    await relay(people, {TradeOpened: (one, two)})()

    assert len(one.told) == len(two.told) == 1


async def test_a_reaction_that_fails_is_tried_again_later_and_holds_up_no_other() -> None:
    people, flaky, steady = People(), Listener(failures=1), Listener()
    await emit(people, opened(people), closed(people))
    tell = relay(people, {TradeOpened: (flaky,), TradeClosed: (steady,)})

    first = await tell()
    failed = (await people.all(OutboxEvent))[0]
    too_early = await tell()
    people.clock.advance(seconds=6)
    second = await tell()

    assert (first, too_early, second) == (1, 0, 1)
    assert (failed.error, failed.done_at, failed.attempts) == ("RuntimeError: not now", None, 1)
    assert len(flaky.told) == len(steady.told) == 1


async def test_poison_is_parked_with_its_error() -> None:
    people, broken = People(), Listener(failures=1000)
    await emit(people, opened(people))
    tell = relay(people, {TradeOpened: (broken,)})

    for _ in range(MOST_ATTEMPTS + 5):
        await tell()
        people.clock.advance(seconds=LONG_PAUSE.total_seconds())

    row = await outbox(people)
    assert (row.attempts, row.done_at, row.error) == (MOST_ATTEMPTS, None, "RuntimeError: not now")
    assert row.parked_at is not None
    assert broken.failures == 1000 - MOST_ATTEMPTS


async def test_a_payload_that_cannot_be_read_is_poison_too() -> None:
    people, listener = People(), Listener()
    await emit(people, opened(people))
    row = await outbox(people)
    await people.save(row.with_(payload={"symbol": 7}))

    assert await relay(people, {TradeOpened: (listener,)})() == 0

    assert (await outbox(people)).error.startswith("Invalid: ")  # type: ignore[union-attr]
    assert listener.told == []


async def test_words_that_no_store_takes_keep_no_event_from_being_parked() -> None:
    people = People()
    await emit(people, opened(people))

    async def refuse(_: Event, __: OutboxEventId) -> None:
        raise Undeliverable("No\0 \ud800.")

    await relay(people, {TradeOpened: (refuse,)})()

    assert (await outbox(people)).error == "Undeliverable: No ?."


async def test_pauses_grow() -> None:
    people, broken = People(), Listener(failures=1000)
    await emit(people, opened(people))
    tell = relay(people, {TradeOpened: (broken,)})
    pauses = []

    for _ in range(3):
        await tell()
        row = await outbox(people)
        assert row.lease_until is not None
        pauses.append((row.lease_until - people.clock.now()).total_seconds())
        people.clock.advance(hours=1)

    assert pauses == [5, 10, 20]


async def test_relays_at_once_tell_each_event_once() -> None:
    people, listener = People(), Listener()
    await emit(people, *(opened(people) for _ in range(10)))
    tell = relay(people, {TradeOpened: (listener,)})

    done = await asyncio.gather(*(tell() for _ in range(4)))

    assert sum(done) == 10
    assert len({event_id for _, event_id in listener.told}) == len(listener.told) == 10


async def test_what_a_dead_relay_had_claimed_is_told_when_its_lease_is_over() -> None:
    people, listener = People(), Listener()
    await emit(people, opened(people))
    row = await outbox(people)
    await people.save(row.claimed(until=people.clock.now() + LEASE))
    tell = relay(people, {TradeOpened: (listener,)})

    meanwhile = await tell()
    people.clock.advance(seconds=LEASE.total_seconds() + 1)
    afterwards = await tell()

    assert (meanwhile, afterwards) == (0, 1)
    assert (await outbox(people)).attempts == 2


async def test_what_kills_whoever_tells_it_is_parked_in_the_end() -> None:
    people, listener = People(), Listener()
    await emit(people, opened(people))
    row = await outbox(people)
    await people.save(row.with_(attempts=MOST_ATTEMPTS))

    await relay(people, {TradeOpened: (listener,)})()

    row = await outbox(people)
    assert (listener.told, row.error) == ([], "RuntimeError: It was begun too often.")
    assert row.parked_at == people.clock.now()


async def test_a_relay_that_took_too_long_leaves_the_outcome_to_its_successor() -> None:
    people, listener = People(), Listener()
    await emit(people, opened(people))

    async def slow(_: Event, __: OutboxEventId) -> None:
        people.clock.advance(seconds=LEASE.total_seconds() + 1)
        await relay(people, {TradeOpened: (listener,)})()

    done = await relay(people, {TradeOpened: (slow,)})()

    row = await outbox(people)
    assert (done, len(listener.told), row.attempts) == (0, 1, 2)
    assert row.done_at is not None


async def test_more_events_than_fit_one_batch_are_all_told() -> None:
    people, listener = People(), Listener()
    async with people.uow() as tx:
        for _ in range(230):
            tx.emit(opened(people))

    assert await relay(people, {TradeOpened: (listener,)})() == 230


async def test_a_refusal_for_good_is_parked_at_once_and_told_to_operators(
    caplog: pytest.LogCaptureFixture,
) -> None:
    people = People()
    await emit(people, opened(people))

    async def refuse(_: Event, __: OutboxEventId) -> None:
        raise Undeliverable("No mail for ada@example.com.")

    await relay(people, {TradeOpened: (refuse,)})()

    row = await outbox(people)
    assert (row.attempts, row.parked_at) == (1, people.clock.now())
    assert row.error == "Undeliverable: No mail for ***"
    assert [record.message for record in caplog.records] == ["event parked"]
    assert "ada@example.com" not in str(vars(caplog.records[0]))


async def test_a_service_that_says_when_to_come_again_is_left_alone_until_then() -> None:
    people = People()
    await emit(people, opened(people))

    async def busy(_: Event, __: OutboxEventId) -> None:
        raise Unavailable("Busy.", retry_after=600)

    tell = relay(people, {TradeOpened: (busy,)})
    await tell()
    row = await outbox(people)
    people.clock.advance(seconds=599)
    await tell()

    assert (await outbox(people)).attempts == 1
    assert row.lease_until == people.clock.advance(seconds=1)


async def test_what_an_operator_wants_again_is_told_again() -> None:
    people, flaky = People(), Listener(failures=1)
    await emit(people, opened(people))
    tell = relay(people, {TradeOpened: (flaky,)}, RelayTerms(attempts=1))
    await tell()
    parked = await outbox(people)

    await people.save(parked.unparked())

    assert (await tell(), len(flaky.told)) == (1, 1)


async def test_a_slow_reaction_holds_up_no_other() -> None:
    people, quick = People(), Listener()
    finish, all_others = asyncio.Event(), asyncio.Event()
    await emit(people, closed(people), *(opened(people) for _ in range(150)), closed(people))

    async def count(event: Event, event_id: OutboxEventId) -> None:
        await quick(event, event_id)
        if len(quick.told) == 150:
            all_others.set()

    async def slow(_: Event, __: OutboxEventId) -> None:
        await finish.wait()

    telling = asyncio.create_task(relay(people, {TradeClosed: (slow,), TradeOpened: (count,)})())
    await all_others.wait()
    was_running = not telling.done()
    finish.set()

    assert was_running
    assert await telling == 152


async def test_a_reaction_that_takes_too_long_is_cut_off_and_tried_again() -> None:
    people = People()
    await emit(people, opened(people))
    cut: list[bool] = []

    async def stalled(_: Event, __: OutboxEventId) -> None:
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            cut.append(True)
            raise

    terms = RelayTerms(limit=timedelta(milliseconds=20))
    await relay(people, {TradeOpened: (stalled,)}, terms)()

    row = await outbox(people)
    assert (cut, row.error, row.done_at) == ([True], "TimeoutError: ", None)
    assert row.lease_until == people.clock.now() + terms.first_pause


async def test_at_most_so_many_are_told_at_once() -> None:
    people = People()
    await emit(people, *(opened(people) for _ in range(20)))
    now, most = 0, 0

    async def count(_: Event, __: OutboxEventId) -> None:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.001)
        now -= 1

    await relay(people, {TradeOpened: (count,)}, RelayTerms(at_once=3))()

    assert most == 3


async def test_no_reaction_is_cut_off_because_the_store_failed_another() -> None:
    people, listener = People(), Listener()
    await emit(people, opened(people), closed(people))

    async def kept(event: Event, event_id: OutboxEventId) -> None:
        await asyncio.sleep(0.01)
        await listener(event, event_id)

    failing = FailingOnce(people.uow, TradeClosed.__name__)
    tell = RelayOutbox(failing, people.clock, Dice(), {TradeOpened: (kept,), TradeClosed: (kept,)})
    with pytest.raises(Unavailable):
        await tell()

    first = (await people.all(OutboxEvent))[0]
    assert first.done_at is not None
    assert len(listener.told) >= 1


def test_who_tells_an_event_has_time_to_write_down_how_it_went() -> None:
    assert RelayTerms().lease > RelayTerms().limit
