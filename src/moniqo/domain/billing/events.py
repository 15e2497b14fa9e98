"""What happens to subscriptions, and to what plans allow."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from moniqo.domain.billing.plan import Resource
from moniqo.domain.shared.event import Event
from moniqo.domain.shared.ids import PlanId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanSubscribed(Event):
    """Somebody is on another plan from now on."""

    user_id: UserId
    plan_id: PlanId
    plan: str
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionCancelled(Event):
    """Somebody left a plan and is on the default one, `fallback`, from now on."""

    user_id: UserId
    plan_id: PlanId
    plan: str
    fallback: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionExpired(Event):
    """The time of a subscription is over; the default plan, `fallback`, holds from now on."""

    user_id: UserId
    plan_id: PlanId
    plan: str
    fallback: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitReached(Event):
    """What the plan allows of a resource is used up, until `resets_at` if it ever begins anew."""

    user_id: UserId
    resource: Resource
    limit: Decimal
    resets_at: datetime | None
