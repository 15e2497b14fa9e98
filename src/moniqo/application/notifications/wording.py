"""What users are told about events, in words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from moniqo.domain.agents.events import RunFailed
from moniqo.domain.billing.events import (
    LimitReached,
    PlanSubscribed,
    SubscriptionCancelled,
    SubscriptionExpired,
)
from moniqo.domain.identity.events import NewDeviceSignedIn, PasswordChanged, RefreshTokenReused
from moniqo.domain.operations.events import ReportReady
from moniqo.domain.shared.decimals import canonical
from moniqo.domain.shared.event import Event
from moniqo.domain.shared.ids import UserId
from moniqo.domain.shared.types import JsonObject
from moniqo.domain.trading.events import OrderRefused, TradeClosed, TradeOpened

SUBSCRIPTION_CHANGED = "subscription_changed"


@dataclass(frozen=True, slots=True)
class Notice:
    """What a user is told. `data` names what it is about, for links."""

    user_id: UserId
    kind: str
    title: str
    description: str
    data: JsonObject


def _about(**ids: UUID | None) -> JsonObject:
    return JsonObject({name: str(value) for name, value in ids.items() if value is not None})


def _trade_opened(event: TradeOpened) -> Notice:
    return Notice(
        event.user_id,
        "trade_opened",
        f"Position opened in {event.symbol}",
        f"The first fill: {event.side} {canonical(event.quantity)} at {canonical(event.price)}.",
        _about(trade_id=event.trade_id, flow_id=event.flow_id),
    )


def _trade_closed(event: TradeClosed) -> Notice:
    outcome = "loss" if event.profit_loss < 0 else "profit"
    amount = canonical(abs(event.profit_loss))
    quote = event.symbol.partition("/")[2]
    return Notice(
        event.user_id,
        "trade_closed",
        f"Position closed in {event.symbol}",
        f"It ended with a {outcome} of {amount} {quote}, net of fees.",
        _about(trade_id=event.trade_id, flow_id=event.flow_id),
    )


def _order_refused(event: OrderRefused) -> Notice:
    return Notice(
        event.user_id,
        "order_refused",
        f"Order refused for {event.symbol}",
        f"No order was placed: {event.reason.rstrip('.')}.",
        _about(run_id=event.run_id, flow_id=event.flow_id),
    )


def _run_failed(event: RunFailed) -> Notice:
    return Notice(
        event.user_id,
        "run_failed",
        "A run of a flow failed",
        event.error,
        _about(run_id=event.run_id, flow_id=event.flow_id),
    )


def _subscribed(event: PlanSubscribed) -> Notice:
    until = f" until {day(event.until)}" if event.until else ""
    return Notice(
        event.user_id,
        SUBSCRIPTION_CHANGED,
        f"You are on the plan {event.plan}",
        f"Its limits hold from now on{until}.",
        _about(plan_id=event.plan_id),
    )


def _cancelled(event: SubscriptionCancelled) -> Notice:
    return Notice(
        event.user_id,
        SUBSCRIPTION_CHANGED,
        f"You have left the plan {event.plan}",
        f"The limits of {event.fallback} hold from now on. Nothing that you have was removed.",
        _about(plan_id=event.plan_id),
    )


def _expired(event: SubscriptionExpired) -> Notice:
    return Notice(
        event.user_id,
        SUBSCRIPTION_CHANGED,
        f"Your time on the plan {event.plan} is over",
        f"The limits of {event.fallback} hold from now on. Nothing that you have was removed.",
        _about(plan_id=event.plan_id),
    )


def _limit_reached(event: LimitReached) -> Notice:
    what = event.resource.value.replace("_", " ").replace("llm", "model").replace("api", "API")
    if event.resets_at is None:
        then = "Remove some, or change to another plan."
    else:
        then = f"Counting begins anew on {day(event.resets_at)}, and with another plan at once."
    return Notice(
        event.user_id,
        "limit_reached",
        f"Limit reached: {what}",
        f"Your plan allows {canonical(event.limit)}, and that is used up. {then}",
        JsonObject({"resource": event.resource.value, "limit": canonical(event.limit)}),
    )


def _new_device(event: NewDeviceSignedIn) -> Notice:
    device = event.user_agent[:200] or "an unknown program"
    return Notice(
        event.user_id,
        "new_device",
        "Signed in from a new device",
        f"{device} at {event.ip or 'an unknown address'}. If that was not you, end the session "
        "and change your password.",
        _about(session_id=event.session_id),
    )


def _password_changed(event: PasswordChanged) -> Notice:
    return Notice(
        event.user_id,
        "password_changed",
        "Your password was changed",
        "Other sessions have ended. If that was not you, reset your password.",
        _about(),
    )


def _token_reused(event: RefreshTokenReused) -> Notice:
    return Notice(
        event.user_id,
        "session_ended",
        "A session was ended for your safety",
        "One of its tokens was used twice, as happens when somebody has copied it.",
        _about(session_id=event.session_id),
    )


def _report_ready(event: ReportReady) -> Notice:
    return Notice(
        event.user_id,
        "report_ready",
        "Your report is ready",
        f"Users who registered from {day(event.start)} to {day(event.end)}: {event.rows:,}. "
        f"It can be downloaded until {day(event.expires_at)}.",
        _about(task_id=event.task_id, file_id=event.file_id),
    )


def day(instant: datetime) -> str:
    """An instant for readers, to the minute."""
    return f"{instant:%Y-%m-%d %H:%M} UTC"


WORDING: Mapping[type[Event], Callable[[Any], Notice]] = {
    TradeOpened: _trade_opened,
    TradeClosed: _trade_closed,
    OrderRefused: _order_refused,
    RunFailed: _run_failed,
    PlanSubscribed: _subscribed,
    SubscriptionCancelled: _cancelled,
    SubscriptionExpired: _expired,
    LimitReached: _limit_reached,
    NewDeviceSignedIn: _new_device,
    PasswordChanged: _password_changed,
    RefreshTokenReused: _token_reused,
    ReportReady: _report_ready,
}
"""Every event that users are told about."""
