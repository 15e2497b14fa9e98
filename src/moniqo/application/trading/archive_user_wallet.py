"""Removing a user's wallet."""

from dataclasses import dataclass
from uuid import UUID

from moniqo.application.shared.conflicts import settled
from moniqo.application.shared.persistence import Transaction, UnitOfWork
from moniqo.application.shared.query import Listing, any_of, eq
from moniqo.application.trading.access import USER_WALLET_ACCESS
from moniqo.domain.agents.flow import ALIVE, Flow
from moniqo.domain.agents.run import UNFINISHED, FlowRun
from moniqo.domain.shared.errors import RuleViolated
from moniqo.domain.shared.ids import UserId
from moniqo.domain.trading.order import OPEN, Order
from moniqo.domain.trading.trade import Trade, TradeStatus
from moniqo.domain.trading.wallet import UserWallet

MOST_FLOWS = 5000
"""Flows of one wallet that are looked at."""


@dataclass(frozen=True, slots=True)
class ArchiveUserWallet:
    """Remove an account; nothing happens at the venue.

    Raises `RuleViolated` while a flow that is not stopped uses it, a run is at it, or an order
    or a trade of it is open; and `NotFound`.
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
        raise RuleViolated("An order of the wallet is open.")
    if await tx[Trade].first(its_own, eq("status", TradeStatus.OPEN)) is not None:
        raise RuleViolated("A trade of the wallet is open; close it first.")
    flows = await tx[Flow].page(Listing(where=(its_own,), limit=MOST_FLOWS, include_deleted=True))
    of_them = any_of("flow_id", tuple(flow.id for flow in flows.items))
    if await tx[FlowRun].first(of_them, any_of("status", UNFINISHED)) is not None:
        raise RuleViolated("A run trades on the wallet; wait until it has ended.")
