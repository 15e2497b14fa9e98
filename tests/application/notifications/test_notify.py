import asyncio
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from moniqo.application.notifications.access import NOTIFICATIONS
from moniqo.application.notifications.notify import LONGEST, Notify, reactions
from moniqo.application.notifications.relay_outbox import RelayOutbox
from moniqo.application.shared.access import Browse
from moniqo.application.shared.query import Listing
from moniqo.domain.agents.events import RunFailed
from moniqo.domain.billing.events import (
    LimitReached,
    PlanSubscribed,
    SubscriptionCancelled,
    SubscriptionExpired,
)
from moniqo.domain.billing.plan import Resource
from moniqo.domain.identity.events import NewDeviceSignedIn, PasswordChanged, RefreshTokenReused
from moniqo.domain.identity.user_settings import UserSettings, UserSettingsId
from moniqo.domain.notifications.notification import Notification
from moniqo.domain.shared.event import Event
from moniqo.domain.shared.ids import (
    FlowId,
    FlowRunId,
    OutboxEventId,
    PlanId,
    SessionId,
    TradeId,
    UserId,
)
from moniqo.domain.trading.events import OrderRefused, TradeClosed, TradeOpened
from support.clock import SettableClock
from support.dice import Dice
from support.factories import registered_user
from support.people import People
from support.store import CountingIds

IDS = CountingIds()
NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)
PLAN, SESSION = PlanId(IDS.new()), SessionId(IDS.new())
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
        PlanSubscribed: {"plan_id": PLAN, "plan": "Pro", "until": NOON},
        SubscriptionCancelled: {"plan_id": PLAN, "plan": "Pro", "fallback": "Free"},
        SubscriptionExpired: {"plan_id": PLAN, "plan": "Pro", "fallback": "Free"},
        LimitReached: {
            "resource": Resource.LLM_COST_PER_MONTH,
            "limit": Decimal("1.50"),
            "resets_at": NOON,
        },
        NewDeviceSignedIn: {"session_id": SESSION, "ip": "192.0.2.7", "user_agent": "Browser"},
        PasswordChanged: {},
        RefreshTokenReused: {"session_id": SESSION},
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
        (
            PlanSubscribed,
            "subscription_changed",
            "You are on the plan Pro",
            "Its limits hold from now on until 2026-01-15 12:00 UTC.",
            {"plan_id": str(PLAN)},
        ),
        (
            SubscriptionCancelled,
            "subscription_changed",
            "You have left the plan Pro",
            "The limits of Free hold from now on. Nothing that you have was removed.",
            {"plan_id": str(PLAN)},
        ),
        (
            SubscriptionExpired,
            "subscription_changed",
            "Your time on the plan Pro is over",
            "The limits of Free hold from now on. Nothing that you have was removed.",
            {"plan_id": str(PLAN)},
        ),
        (
            LimitReached,
            "limit_reached",
            "Limit reached: model cost per month",
            (
                "Your plan allows 1.5, and that is used up. Counting begins anew on "
                "2026-01-15 12:00 UTC, and with another plan at once."
            ),
            {"resource": "llm_cost_per_month", "limit": "1.5"},
        ),
        (
            NewDeviceSignedIn,
            "new_device",
            "Signed in from a new device",
            "Browser at 192.0.2.7. If that was not you, end the session and change your password.",
            {"session_id": str(SESSION)},
        ),
        (
            PasswordChanged,
            "password_changed",
            "Your password was changed",
            "Other sessions have ended. If that was not you, reset your password.",
            {},
        ),
        (
            RefreshTokenReused,
            "session_ended",
            "A session was ended for your safety",
            "One of its tokens was used twice, as happens when somebody has copied it.",
            {"session_id": str(SESSION)},
        ),
    ],
)
async def test_an_event_becomes_a_notification(
    kind: type[Event], name: str, title: str, description: str, data: dict[str, str]
) -> None:
    made = await notified(People(), kind)

    assert (made.kind, made.title, made.description, made.data) == (name, title, description, data)
    assert not made.is_viewed


async def test_what_never_begins_anew_and_what_ends_never_are_told_so() -> None:
    limit = await notified(People(), LimitReached, resource=Resource.AGENTS, resets_at=None)
    plan = await notified(People(), PlanSubscribed, until=None)

    assert limit.title == "Limit reached: agents"
    assert limit.description.endswith("used up. Remove some, or change to another plan.")
    assert plan.description == "Its limits hold from now on."


async def test_a_device_that_says_nothing_of_itself_is_told_as_unknown() -> None:
    made = await notified(People(), NewDeviceSignedIn, ip="", user_agent="")

    assert made.description.startswith("an unknown program at an unknown address.")


@pytest.mark.parametrize("enabled", [True, False])
async def test_who_wants_no_notifications_gets_none(*, enabled: bool) -> None:
    people = People()
    user_id = (await registered_user(people)).id
    settings = UserSettings(id=UserSettingsId(people.ids.new()), user_id=user_id)
    await people.add(settings.with_(notifications_enabled=enabled))

    await Notify(people.uow)(event_of(RunFailed, user_id), OutboxEventId(people.ids.new()))

    assert bool(await people.all(Notification)) is enabled


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
