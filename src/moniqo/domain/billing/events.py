"""What happens to subscriptions."""

from dataclasses import dataclass

from moniqo.domain.shared.event import Event
from moniqo.domain.shared.ids import PlanId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanSubscribed(Event):
    """Somebody is on another plan from now on."""

    user_id: UserId
    plan_id: PlanId


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionCancelled(Event):
    """Somebody left a plan and is on the default one from now on."""

    user_id: UserId
    plan_id: PlanId
