"""What keeps users within their plan."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from moniqo.application.billing.quotas import Reservation
from moniqo.application.billing.subscribing import plan_in_force
from moniqo.application.shared.persistence import Transaction
from moniqo.application.shared.query import eq
from moniqo.application.shared.system import Clock, Ids
from moniqo.domain.billing.plan import Resource
from moniqo.domain.billing.usage import LIFETIME, Usage, period_start
from moniqo.domain.shared.decimals import ZERO
from moniqo.domain.shared.errors import AlreadyExists, StaleVersion
from moniqo.domain.shared.ids import UsageId, UserId

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
        now = self.clock.now()
        limit = (await plan_in_force(tx, user_id, now)).limit_of(resource)
        usage = await self._usage(tx, user_id, resource, period_start(resource, now))
        await _store(tx, usage.taken(Decimal(amount), limit))

    async def give_back(
        self, tx: Transaction, *, user_id: UserId, resource: Resource, amount: int = 1
    ) -> None:
        """See `Quotas`."""
        start = period_start(resource, self.clock.now())
        usage = await self._usage(tx, user_id, resource, start)
        await _store(tx, usage.given_back(Decimal(amount)))

    async def reserve(self, tx: Transaction, *, user_id: UserId, amount: Decimal) -> Reservation:
        """See `Quotas`."""
        now = self.clock.now()
        start = period_start(_COST, now)
        limit = (await plan_in_force(tx, user_id, now)).limit_of(_COST)
        usage = await self._usage(tx, user_id, _COST, start)
        await _store(tx, usage.set_aside(amount, limit))
        return Reservation(user_id, start, amount)

    async def settle(self, tx: Transaction, reservation: Reservation, *, actual: Decimal) -> None:
        """See `Quotas`."""
        start = reservation.period_start
        usage = await self._usage(tx, reservation.user_id, _COST, start)
        await _store(tx, usage.settled(reservation.amount, actual))

    async def _usage(
        self, tx: Transaction, user_id: UserId, resource: Resource, start: datetime
    ) -> Usage:
        found = await tx[Usage].first(
            eq("user_id", user_id), eq("resource", resource), eq("period_start", start)
        )
        return found or Usage(
            id=UsageId(self.ids.new()), user_id=user_id, resource=resource, period_start=start
        )


async def _store(tx: Transaction, usage: Usage) -> None:
    if usage.version:
        await tx[Usage].save(usage)
        return
    try:
        await tx[Usage].add(usage)
    except AlreadyExists as error:
        raise StaleVersion("Somebody else counted the first one.") from error


@dataclass(frozen=True, slots=True)
class Unlimited:
    """See `Quotas`. Counts nothing and refuses nothing: for simulations."""

    async def take(
        self, tx: Transaction, *, user_id: UserId, resource: Resource, amount: int = 1
    ) -> None:
        """See `Quotas`."""

    async def give_back(
        self, tx: Transaction, *, user_id: UserId, resource: Resource, amount: int = 1
    ) -> None:
        """See `Quotas`."""

    async def reserve(self, tx: Transaction, *, user_id: UserId, amount: Decimal) -> Reservation:  # noqa: ARG002  (nothing is set aside)
        """See `Quotas`."""
        return Reservation(user_id, LIFETIME, ZERO)

    async def settle(self, tx: Transaction, reservation: Reservation, *, actual: Decimal) -> None:
        """See `Quotas`."""
