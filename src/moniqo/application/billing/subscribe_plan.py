"""Another plan."""

from dataclasses import dataclass
from datetime import datetime

from moniqo.application.billing.subscribing import (
    active_subscription,
    chosen_plan,
    new_subscription,
)
from moniqo.application.shared.conflicts import settled
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.system import Clock, Ids
from moniqo.domain.billing.events import PlanSubscribed
from moniqo.domain.billing.subscription import Subscription
from moniqo.domain.shared.entity import Value
from moniqo.domain.shared.errors import AlreadyExists, Invalid, StaleVersion
from moniqo.domain.shared.ids import PlanId, UserId


@dataclass(frozen=True, slots=True)
class PlanChoice(Value):
    """The plan to change to, until `end_date` or for good."""

    plan_id: PlanId
    end_date: datetime | None = None


@dataclass(frozen=True, slots=True)
class SubscribePlan:
    """Change to a plan; the present subscription ends in the same transaction.

    Exactly one is active afterwards, whoever else subscribes or cancels meanwhile. Raises
    `Invalid` for a plan that is not on offer and for an `end_date` that is not to come.
    """

    uow: UnitOfWork
    clock: Clock
    ids: Ids

    async def __call__(self, *, user_id: UserId, choice: PlanChoice) -> Subscription:
        """The new subscription."""
        # Everybody who chooses a plan writes its row.
        return await settled(
            lambda: self._change(user_id, choice),
            again_on=(StaleVersion, AlreadyExists),
            in_turn=choice.plan_id,
        )

    async def _change(self, user_id: UserId, choice: PlanChoice) -> Subscription:
        now = self.clock.now()
        if choice.end_date is not None and choice.end_date <= now:
            raise Invalid.field("end_date", "must lie in the future")
        async with self.uow() as tx:
            present = await active_subscription(tx, user_id)
            if present is not None:
                await tx[Subscription].save(present.ended(now))
            plan = await chosen_plan(tx, choice.plan_id)
            subscription = new_subscription(self.ids, user_id, plan, now, choice.end_date)
            chosen = await tx[Subscription].add(subscription)
            tx.emit(
                PlanSubscribed(
                    user_id=user_id, plan_id=plan.id, plan=plan.name, until=choice.end_date
                )
            )
        return chosen
