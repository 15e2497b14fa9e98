"""The end of a subscription."""

from dataclasses import dataclass

from moniqo.application.billing.subscribing import fall_back
from moniqo.application.shared.access import own
from moniqo.application.shared.conflicts import settled
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.system import Clock, Ids
from moniqo.domain.billing.subscription import Subscription, SubscriptionStatus
from moniqo.domain.shared.errors import RuleViolated
from moniqo.domain.shared.ids import SubscriptionId, UserId


@dataclass(frozen=True, slots=True)
class CancelSubscription:
    """End a subscription and fall back to the default plan, in one transaction.

    It ends as expired if its time is over and else as cancelled. Raises `NotFound` for somebody
    else's, `RuleViolated` for one that has ended or would end otherwise than as `status`.
    """

    uow: UnitOfWork
    clock: Clock
    ids: Ids

    async def __call__(
        self,
        *,
        user_id: UserId,
        subscription_id: SubscriptionId,
        status: SubscriptionStatus | None = None,
    ) -> Subscription:
        """The subscription as it ended."""
        return await settled(lambda: self._cancel(user_id, subscription_id, status))

    async def _cancel(
        self, user_id: UserId, subscription_id: SubscriptionId, status: SubscriptionStatus | None
    ) -> Subscription:
        now = self.clock.now()
        async with self.uow() as tx:
            present = await tx[Subscription].get(subscription_id, *own(user_id))
            ended = present.ended(now)
            if status not in (None, ended.status):
                raise RuleViolated(f"The subscription can now become {ended.status} only.")
            ended = await tx[Subscription].save(ended)
            await fall_back(tx, self.ids, ended, now)
        return ended
