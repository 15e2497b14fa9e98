"""What keeps users within their plan."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from moniqo.adapters.usages import store, store_within, told_of, usage_of
from moniqo.application.billing.quotas import Reservation
from moniqo.application.billing.subscribing import plan_in_force
from moniqo.application.shared.persistence import Transaction
from moniqo.application.shared.system import Clock, Ids
from moniqo.domain.billing.plan import Resource
from moniqo.domain.billing.usage import LIFETIME, Usage, period_start
from moniqo.domain.shared.decimals import ZERO
from moniqo.domain.shared.ids import UserId

_COST = Resource.LLM_COST_PER_MONTH


@dataclass(frozen=True, slots=True)
class StoredQuotas:
    """See `Quotas`. One row per user, resource and period, changed by optimistic version."""

    clock: Clock
    ids: Ids

    async def take(
        self, tx: Transaction, *, user_id: UserId, resource: Resource, amount: int = 1
    ) -> None:
        """See `Quotas`."""
        usage, limit = await self._usage_and_limit(tx, user_id, resource)
        await store_within(tx, usage.taken(Decimal(amount), limit), limit)

    async def give_back(
        self,
        tx: Transaction,
        *,
        user_id: UserId,
        resource: Resource,
        taken_at: datetime | None = None,
    ) -> None:
        """See `Quotas`."""
        start = period_start(resource, taken_at or self.clock.now())
        usage = await usage_of(tx, self.ids, user_id, resource, start)
        await store(tx, usage.given_back(Decimal(1)))

    async def reserve(self, tx: Transaction, *, user_id: UserId, amount: Decimal) -> Reservation:
        """See `Quotas`."""
        usage, limit = await self._usage_and_limit(tx, user_id, _COST)
        await store_within(tx, usage.set_aside(amount, limit), limit)
        return Reservation(user_id, usage.period_start, amount)

    async def tell(self, tx: Transaction, *, user_id: UserId, resource: Resource) -> None:
        """See `Quotas`."""
        usage, limit = await self._usage_and_limit(tx, user_id, resource)
        if limit is not None and usage.told != limit:
            await told_of(tx, usage, limit)

    async def settle(self, tx: Transaction, reservation: Reservation, *, actual: Decimal) -> None:
        """See `Quotas`."""
        start = reservation.period_start
        usage = await usage_of(tx, self.ids, reservation.user_id, _COST, start)
        await store(tx, usage.settled(reservation.amount, actual))

    async def _usage_and_limit(
        self, tx: Transaction, user_id: UserId, resource: Resource
    ) -> tuple[Usage, Decimal | None]:
        now = self.clock.now()
        limit = (await plan_in_force(tx, user_id, now)).limit_of(resource)
        start = period_start(resource, now)
        return await usage_of(tx, self.ids, user_id, resource, start), limit


@dataclass(frozen=True, slots=True)
class Unlimited:
    """See `Quotas`. Counts nothing and refuses nothing: for simulations."""

    async def take(
        self, tx: Transaction, *, user_id: UserId, resource: Resource, amount: int = 1
    ) -> None:
        """See `Quotas`."""

    async def give_back(
        self,
        tx: Transaction,
        *,
        user_id: UserId,
        resource: Resource,
        taken_at: datetime | None = None,
    ) -> None:
        """See `Quotas`."""

    async def reserve(self, tx: Transaction, *, user_id: UserId, amount: Decimal) -> Reservation:  # noqa: ARG002  (nothing is set aside)
        """See `Quotas`."""
        return Reservation(user_id, LIFETIME, ZERO)

    async def tell(self, tx: Transaction, *, user_id: UserId, resource: Resource) -> None:
        """See `Quotas`."""

    async def settle(self, tx: Transaction, reservation: Reservation, *, actual: Decimal) -> None:
        """See `Quotas`."""
