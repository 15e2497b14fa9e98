"""The first start's share of the trading catalogue."""

from dataclasses import dataclass

from moniqo.application.shared.conflicts import settled
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.query import eq
from moniqo.application.shared.system import Ids
from moniqo.domain.shared.errors import AlreadyExists
from moniqo.domain.shared.ids import WalletId
from moniqo.domain.shared.types import JsonObject
from moniqo.domain.trading.wallet import PAPER, Wallet, WalletType

NAME = "Paper"
CONFIG = JsonObject({"market": "binance", "starting_balances": {"USDT": "10000"}})


@dataclass(frozen=True, slots=True)
class SeedPaperWallet:
    """Put the embedded exchange into the catalogue, unless it is there or was removed."""

    uow: UnitOfWork
    ids: Ids

    async def __call__(self) -> None:
        """Run at each start; does nothing the second time."""
        await settled(self._seed, again_on=(AlreadyExists,))

    async def _seed(self) -> None:
        async with self.uow() as tx:
            if await tx[Wallet].first(eq("name", NAME), include_deleted=True) is None:
                wallet = Wallet(
                    id=WalletId(self.ids.new()),
                    name=NAME,
                    type=WalletType.CEX,
                    provider=PAPER,
                    supported_currencies=("BTC", "ETH", "USDT"),
                    config=CONFIG,
                )
                await tx[Wallet].add(wallet)
