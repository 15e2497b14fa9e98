import asyncio
from decimal import Decimal
from typing import Any

import pytest

from moniqo.application.notifications.access import NOTIFICATIONS
from moniqo.application.notifications.notify import LONGEST, Notify, reactions
from moniqo.application.notifications.relay_outbox import RelayOutbox
from moniqo.application.shared.access import Browse
from moniqo.application.shared.query import Listing
from moniqo.domain.agents.events import RunFailed
from moniqo.domain.notifications.notification import Notification
from moniqo.domain.shared.event import Event
from moniqo.domain.shared.ids import FlowId, FlowRunId, OutboxEventId, TradeId, UserId
from moniqo.domain.trading.events import OrderRefused, TradeClosed, TradeOpened
from support.clock import SettableClock
from support.dice import Dice
from support.factories import registered_user
from support.people import People
from support.store import CountingIds

IDS = CountingIds()
FLOW, RUN, TRADE = FlowId(IDS.new()), FlowRunId(IDS.new()), TradeId(IDS.new())


def event_of(kind: type[Event], user_id: UserId, **fields: Any) -> Event:
    known: dict[type[Event], dict[str, Any]] = {
        TradeOpened: {
            "trade_id": TRADE,
            "flow_id": FLOW,
            "symbol": "BTC/USDT",
            "side": "buy",
            "quantity": Decimal("0.50"),
            "price": Decimal("17650.03"),
        },
        TradeClosed: {
            "trade_id": TRADE,
            "flow_id": None,
            "symbol": "BTC/USDT",
            "profit_loss": Decimal("-139.04"),
        },
        OrderRefused: {
            "run_id": RUN,
            "flow_id": FLOW,
            "symbol": "BTC/USDT",
            "reason": "the kill switch is on.",
        },
        RunFailed: {"run_id": RUN, "flow_id": FLOW, "error": "No answer."},
    }
    return kind(user_id=user_id, **known[kind] | fields)


async def notified(people: People, kind: type[Event], **fields: Any) -> Notification:
    user_id = (await registered_user(people)).id
    event = event_of(kind, user_id, **fields)
    await Notify(people.uow)(event, OutboxEventId(people.ids.new()))
    (made,) = await people.all(Notification)
    assert made.user_id == user_id
    return made  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("kind", "name", "title", "description", "data"),
    [
        (
            TradeOpened,
            "trade_opened",
            "Position opened in BTC/USDT",
            "The first fill: buy 0.5 at 17650.03.",
            {"trade_id": str(TRADE), "flow_id": str(FLOW)},
        ),
        (
            TradeClosed,
            "trade_closed",
            "Position closed in BTC/USDT",
            "It ended with a loss of 139.04 USDT, net of fees.",
            {"trade_id": str(TRADE)},
        ),
        (
            OrderRefused,
            "order_refused",
            "Order refused for BTC/USDT",
            "No order was placed: the kill switch is on.",
            {"run_id": str(RUN), "flow_id": str(FLOW)},
        ),
        (
            RunFailed,
            "run_failed",
            "A run of a flow failed",
            "No answer.",
            {"run_id": str(RUN), "flow_id": str(FLOW)},
        ),
    ],
)
async def test_an_event_becomes_a_notification(
    kind: type[Event], name: str, title: str, description: str, data: dict[str, str]
) -> None:
    made = await notified(People(), kind)

    assert (made.kind, made.title, made.description, made.data) == (name, title, description, data)
    assert not made.is_viewed


async def test_a_gain_is_called_one() -> None:
    made = await notified(People(), TradeClosed, profit_loss=Decimal(25))

    assert made.description == "It ended with a profit of 25 USDT, net of fees."


async def test_a_long_reason_is_cut() -> None:
    made = await notified(People(), RunFailed, error="x" * 3000)

    assert len(made.description) == LONGEST


async def test_the_same_event_told_again_makes_nothing_new() -> None:
    people = People()
    event = event_of(RunFailed, (await registered_user(people)).id)
    event_id = OutboxEventId(people.ids.new())

    await asyncio.gather(*(Notify(people.uow)(event, event_id) for _ in range(3)))
    await Notify(people.uow)(event, event_id)

    assert len(await people.all(Notification)) == 1


async def test_a_notification_that_was_deleted_does_not_come_back() -> None:
    people = People()
    made = await notified(people, RunFailed)
    await people.remove(made)

    await Notify(people.uow)(event_of(RunFailed, made.user_id), OutboxEventId(made.id))

    assert await people.all(Notification) == ()


async def test_notifications_are_their_users_own() -> None:
    people = People()
    made = await notified(people, RunFailed)
    other = (await registered_user(people)).id
    browse = Browse(people.uow, NOTIFICATIONS)

    assert (await browse(user_id=made.user_id, listing=Listing())).items == (made,)
    assert (await browse(user_id=other, listing=Listing())).items == ()


async def test_each_event_that_concerns_a_user_reaches_them_through_the_outbox() -> None:
    people = People(clock=SettableClock())
    user_id = (await registered_user(people)).id
    kinds = (TradeOpened, TradeClosed, OrderRefused, RunFailed)
    async with people.uow() as tx:
        for kind in kinds:
            tx.emit(event_of(kind, user_id))

    await RelayOutbox(people.uow, people.clock, Dice(), reactions(Notify(people.uow)))()

    assert {made.kind for made in await people.all(Notification)} == {
        "trade_opened",
        "trade_closed",
        "order_refused",
        "run_failed",
    }
