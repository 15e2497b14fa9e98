"""The port that keeps users within their plan."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Protocol

from moniqo.application.shared.persistence import Transaction
from moniqo.domain.billing.plan import Resource
from moniqo.domain.shared.entity import Value
from moniqo.domain.shared.ids import UserId
from moniqo.domain.shared.rules import Range


@dataclass(frozen=True, slots=True)
class Reservation(Value):
    """Model cost in USD set aside in one month, to be settled once the real cost is known."""

    user_id: UserId
    period_start: datetime
    amount: Annotated[Decimal, Range(least=0)]


class Quotas(Protocol):
    """Counts what plans limit, within the caller's unit of work: both are kept or neither.

    What holds is the plan in force at that instant. Who uses up the last of a limit is told so,
    by the event `LimitReached`, once per period.

    Every call may raise `StaleVersion` because the same count was changed meanwhile: run the
    unit of work again, as `settled` does.
    """

    async def take(
        self, tx: Transaction, *, user_id: UserId, resource: Resource, amount: int = 1
    ) -> None:
        """Use up `amount`; raises `QuotaExceeded` naming the limit and what is used."""

    async def give_back(
        self,
        tx: Transaction,
        *,
        user_id: UserId,
        resource: Resource,
        taken_at: datetime | None = None,
    ) -> None:
        """Undo a `take` of one: the thing was deleted, or never came to be.

        `taken_at` says in which period that was, the present one unless it is given.
        """

    async def reserve(self, tx: Transaction, *, user_id: UserId, amount: Decimal) -> Reservation:
        """Set model cost aside before it arises; raises `QuotaExceeded`."""

    async def tell(self, tx: Transaction, *, user_id: UserId, resource: Resource) -> None:
        """Tell the user, once per period and limit, that something was refused for its sake.

        Who uses up the last of a limit is told anyway. This is for a refusal before that, when
        more was asked for than is left; call it in a unit of work of its own.
        """

    async def settle(self, tx: Transaction, reservation: Reservation, *, actual: Decimal) -> None:
        """Replace a reservation by the real cost, zero if the call never happened."""
