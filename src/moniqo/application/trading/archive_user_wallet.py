"""Removing a user's wallet."""

from dataclasses import dataclass
from uuid import UUID

from moniqo.application.shared.conflicts import settled
from moniqo.application.shared.persistence import Transaction, UnitOfWork
from moniqo.application.shared.query import any_of, eq
from moniqo.application.trading.access import USER_WALLET_ACCESS
from moniqo.domain.agents.flow import ALIVE, Flow
from moniqo.domain.shared.errors import RuleViolated
from moniqo.domain.shared.ids import UserId
from moniqo.domain.trading.order import OPEN, Order
from moniqo.domain.trading.wallet import UserWallet


@dataclass(frozen=True, slots=True)
class ArchiveUserWallet:
    """Remove an account; nothing happens at the venue.

    Raises `RuleViolated` while a flow that is not stopped uses it or an order of it is open,
    and `NotFound`.
    """

    uow: UnitOfWork

    async def __call__(self, *, user_id: UserId, user_wallet_id: UUID) -> None:
        """Remove it."""

        async def remove() -> None:
            async with self.uow() as tx:
                own = USER_WALLET_ACCESS.writable(user_id)
                account = await tx[UserWallet].get(user_wallet_id, *own)
                await _require_unused(tx, account)
                await tx[UserWallet].remove(account)

        await settled(remove)


async def _require_unused(tx: Transaction, account: UserWallet) -> None:
    its_own = eq("user_wallet_id", account.id)
    flow = await tx[Flow].first(eq("user_id", account.user_id), its_own, any_of("status", ALIVE))
    if flow is not None:
        raise RuleViolated(f"The flow “{flow.title}” uses it; stop or change the flow first.")
    if await tx[Order].first(its_own, any_of("status", OPEN)) is not None:
        raise RuleViolated("An order of the wallet is open; cancel it first.")
