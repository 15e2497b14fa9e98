"""How much of a limited resource is used up."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Self

from moniqo.domain.billing.plan import Resource
from moniqo.domain.shared.decimals import ZERO, canonical, exact
from moniqo.domain.shared.entity import Entity
from moniqo.domain.shared.errors import QuotaExceeded
from moniqo.domain.shared.ids import UsageId, UserId
from moniqo.domain.shared.rules import Range

Amount = Annotated[Decimal, Range(least=0)]
LIFETIME = datetime(1970, 1, 1, tzinfo=UTC)
_DAILY = (Resource.RUNS_PER_DAY, Resource.TRADES_PER_DAY, Resource.API_CALLS_PER_DAY)


def period_start(resource: Resource, now: datetime) -> datetime:
    """When the period of `resource` that `now` (UTC) lies in began; `LIFETIME` if it has none."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if resource in _DAILY:
        return midnight
    return midnight.replace(day=1) if resource is Resource.LLM_COST_PER_MONTH else LIFETIME


def period_end(resource: Resource, now: datetime) -> datetime | None:
    """When that period ends and counting begins anew; None if it never does."""
    start = period_start(resource, now)
    if start == LIFETIME:
        return None
    if resource in _DAILY:
        return start + timedelta(days=1)
    # No month has as many days as lead from its first into the one after the next.
    return (start + timedelta(days=32)).replace(day=1)


def quota_exceeded(resource: Resource, limit: Decimal, taken: Decimal) -> QuotaExceeded:
    """The refusal, with both numbers."""
    return QuotaExceeded(
        f"The plan allows {canonical(limit)} {resource}, {canonical(taken)} are used."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage(Entity):
    """What a user has used of a resource in a period, and what is set aside on top.

    Used and reserved together never pass the limit at the time of taking. `told` is the limit
    whose being used up the user has been told of, so that they are told once.
    """

    id: UsageId
    user_id: UserId
    resource: Resource
    period_start: datetime
    used: Amount = ZERO
    reserved: Amount = ZERO
    told: Amount | None = None

    @exact
    def taken(self, amount: Decimal, limit: Decimal | None) -> Self:
        """With `amount` used; raises `QuotaExceeded`. A limit of None is none."""
        self._require_room(amount, limit)
        return self.with_(used=self.used + amount)

    @exact
    def given_back(self, amount: Decimal) -> Self:
        """With `amount` unused again, never below nothing."""
        return self.with_(used=max(ZERO, self.used - amount))

    @exact
    def set_aside(self, amount: Decimal, limit: Decimal | None) -> Self:
        """With `amount` reserved for what is about to be done; raises `QuotaExceeded`."""
        self._require_room(amount, limit)
        return self.with_(reserved=self.reserved + amount)

    @exact
    def settled(self, reserved: Decimal, actual: Decimal) -> Self:
        """With a reservation replaced by what was really used, be it more or less."""
        return self.with_(reserved=max(ZERO, self.reserved - reserved), used=self.used + actual)

    @exact
    def counted(self, amount: Decimal, limit: Decimal | None) -> Self:
        """With as much of `amount` used as there is room for: it has happened already."""
        room = amount if limit is None else max(ZERO, limit - self.used)
        return self.with_(used=self.used + min(amount, room))

    @exact
    def exhausts(self, limit: Decimal) -> bool:
        """Whether nothing is left of `limit`, and the user has not been told so."""
        return self.used + self.reserved >= limit and self.told != limit

    def _require_room(self, amount: Decimal, limit: Decimal | None) -> None:
        taken = self.used + self.reserved
        if limit is not None and taken + amount > limit:
            raise quota_exceeded(self.resource, limit, taken)
