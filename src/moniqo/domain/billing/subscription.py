"""Who has which plan, since when and until when."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self

from moniqo.domain.shared.entity import Entity
from moniqo.domain.shared.errors import Invalid, RuleViolated
from moniqo.domain.shared.ids import PlanId, SubscriptionId, UserId


class SubscriptionStatus(StrEnum):
    """Active once, then ended for good."""

    ACTIVE = "active"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription(Entity):
    """A user's time on a plan; at most one per user is active."""

    id: SubscriptionId
    user_id: UserId
    plan_id: PlanId
    status: SubscriptionStatus = SubscriptionStatus.ACTIVE
    start_date: datetime
    end_date: datetime | None = None

    def check(self) -> None:
        """It does not end before it starts."""
        if self.end_date is not None and self.end_date < self.start_date:
            raise Invalid.field("end_date", "must not lie before start_date")

    def in_force(self, now: datetime) -> bool:
        """Whether its plan's limits hold at `now`."""
        return self.status is SubscriptionStatus.ACTIVE and (
            self.end_date is None or now < self.end_date
        )

    def ended(self, now: datetime) -> Self:
        """Expired if its time was over by `now`, else cancelled; raises `RuleViolated` if ended."""
        if self.status is not SubscriptionStatus.ACTIVE:
            raise RuleViolated(f"The subscription is {self.status} already.")
        if not self.in_force(now):
            return self.with_(status=SubscriptionStatus.EXPIRED)
        until = max(now, self.start_date)
        return self.with_(status=SubscriptionStatus.CANCELLED, end_date=until)
