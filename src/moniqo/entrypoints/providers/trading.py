"""Wallets, orders, trades and the market."""

from dishka import Provider, Scope, provide, provide_all

from moniqo.adapters.exchange.paper import PaperExchange
from moniqo.adapters.exchange.routing import RoutingExchange
from moniqo.adapters.market_data.csv_file import CsvCandles
from moniqo.adapters.market_data.stored import StoredMarketData
from moniqo.adapters.security.aes_gcm_vault import AesGcmVault
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.vault import Vault
from moniqo.application.trading.access import (
    CANDLE_ACCESS,
    INSTRUMENT_ACCESS,
    TRADE_ACCESS,
    WALLET_ACCESS,
)
from moniqo.application.trading.apply_report import ApplyReport
from moniqo.application.trading.archive_user_wallet import ArchiveUserWallet
from moniqo.application.trading.close_trade import CloseTrade
from moniqo.application.trading.connect_wallet import ConnectWallet
from moniqo.application.trading.get_user_wallet import GetUserWallet
from moniqo.application.trading.import_candles import ImportCandles
from moniqo.application.trading.list_user_wallets import ListUserWallets
from moniqo.application.trading.ports import CandleSource, Exchange, MarketData
from moniqo.application.trading.send_order import SendOrder
from moniqo.application.trading.settle_orders import SettleOrders
from moniqo.application.trading.update_user_wallet import UpdateUserWallet
from moniqo.domain.trading.wallet import PAPER
from moniqo.entrypoints.providers.reads import add_reads
from moniqo.entrypoints.settings import Settings


class Trading(Provider):
    """Everything of the context `trading`."""

    scope = Scope.APP
    candles = provide(CsvCandles, provides=CandleSource)
    market = provide(StoredMarketData, provides=MarketData)
    execution = provide_all(ApplyReport, SendOrder)
    use_cases = provide_all(
        *(ArchiveUserWallet, CloseTrade, ConnectWallet, GetUserWallet, ImportCandles),
        *(ListUserWallets, UpdateUserWallet),
    )

    def __init__(self) -> None:
        super().__init__()
        add_reads(self, CANDLE_ACCESS)
        add_reads(self, INSTRUMENT_ACCESS)
        add_reads(self, TRADE_ACCESS)
        add_reads(self, WALLET_ACCESS)

    @provide
    def vault(self, settings: Settings) -> Vault:
        """By `CREDENTIAL_KEYS`."""
        return AesGcmVault(keys=settings.security.credential_keys.secrets)

    @provide
    def exchange(self, market: MarketData) -> Exchange:
        """The embedded one alone."""
        return RoutingExchange({PAPER: PaperExchange(market)})

    @provide
    def settle_orders(self, uow: UnitOfWork, send_order: SendOrder) -> SettleOrders:
        """In batches of the usual size."""
        return SettleOrders(uow, send_order)
