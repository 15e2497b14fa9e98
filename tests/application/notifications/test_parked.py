from dataclasses import replace
from typing import Any

import pytest

from moniqo.application.notifications.drop_parked import DropParked
from moniqo.application.notifications.list_parked import ListParked
from moniqo.application.notifications.relay_outbox import RELAY_OUTBOX
from moniqo.application.notifications.retry_parked import RetryParked
from moniqo.application.shared.query import eq
from moniqo.domain.audit.audit_log import AuditAction, AuditLog
from moniqo.domain.audit.outbox_event import OutboxEvent
from moniqo.domain.shared.errors import NotFound, RuleViolated
from moniqo.domain.shared.ids import OutboxEventId
from moniqo.domain.trading.events import CandlesImported
from support.people import People

EVENT = CandlesImported(exchange="binance", symbol="BTC/USDT", timeframe="1h", added=1)


class Yard:
    """Three events, of which the first two are parked."""

    def __init__(self) -> None:
        self.people = People()
        self.woken = 0
        self.retry = RetryParked(replace(self.people.uow, bell=self))
        self.drop = DropParked(self.people.uow, self.people.clock, self.people.ids)
        self.parked = ListParked(self.people.uow)

    async def ring(self, name: str) -> None:
        assert name == RELAY_OUTBOX
        self.woken += 1

    async def filled(self) -> list[OutboxEvent]:
        for _ in range(3):
            async with self.people.uow() as tx:
                tx.emit(EVENT)
            self.people.clock.advance(seconds=1)
        events = list(await self.people.all(OutboxEvent))
        now = self.people.clock.now()
        for index in (0, 1):
            claimed = events[index].claimed(until=now)
            events[index] = await self.people.save(claimed.parked("No.", now))
        return events


async def test_operators_see_what_is_parked_oldest_first() -> None:
    yard = Yard()
    first, second, _ = await yard.filled()

    page = await yard.parked(limit=10)

    assert (page.items, page.total) == ((first, second), 2)


async def test_what_is_wanted_again_is_due_and_the_relay_is_woken() -> None:
    yard = Yard()
    first, second, _ = await yard.filled()

    await yard.retry(event_ids=[first.id])

    assert (await yard.parked(limit=10)).items == (second,)
    assert yard.woken == 1


async def test_what_is_dropped_counts_as_done_and_the_trail_says_why() -> None:
    yard = Yard()
    first, second, _ = await yard.filled()

    await yard.drop(event_ids=[first.id])

    assert (await yard.parked(limit=10)).items == (second,)
    dropped, *_ = await yard.people.all(OutboxEvent)
    assert (dropped.done_at, dropped.error) == (yard.people.clock.now(), "No.")
    (entry,) = await yard.people.all(AuditLog, eq("entity_id", first.id))
    assert (entry.action, entry.entity_type) == (AuditAction.DELETE, "OutboxEvent")
    assert entry.description == "CandlesImported dropped: No."


@pytest.mark.parametrize("deal_with", ["retry", "drop"])
@pytest.mark.parametrize(("which", "refusal"), [(2, RuleViolated), (None, NotFound)])
async def test_all_are_dealt_with_or_none(which: int | None, refusal: Any, deal_with: str) -> None:
    yard = Yard()
    events = await yard.filled()
    other = OutboxEventId(yard.people.ids.new()) if which is None else events[which].id

    with pytest.raises(refusal):
        await getattr(yard, deal_with)(event_ids=[events[0].id, other])

    assert len((await yard.parked(limit=10)).items) == 2
    assert yard.woken == 0
