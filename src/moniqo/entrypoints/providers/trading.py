"""Wallets, orders, trades and the market."""

from dishka import Provider, Scope, provide

from moniqo.adapters.exchange.paper import PaperExchange
from moniqo.adapters.exchange.routing import RoutingExchange
from moniqo.adapters.market_data.csv_file import CsvCandles
from moniqo.adapters.market_data.stored import StoredMarketData
from moniqo.adapters.security.aes_gcm_vault import AesGcmVault
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.vault import Vault
from moniqo.application.trading.ports import CandleSource, Exchange, MarketData
from moniqo.application.trading.send_order import SendOrder
from moniqo.application.trading.settle_orders import SettleOrders
from moniqo.domain.trading.wallet import PAPER
from moniqo.entrypoints.settings import Settings


class Trading(Provider):
    """Everything of the context `trading`."""

    scope = Scope.APP
    candles = provide(CsvCandles, provides=CandleSource)
    market = provide(StoredMarketData, provides=MarketData)

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
