"""What every venue does the same, told by candles that any of them can be shown."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pytest

from moniqo.adapters.exchange.paper import PaperExchange
from moniqo.adapters.exchange.routing import RoutingExchange
from moniqo.adapters.market_data.recorded import RecordedMarketData
from moniqo.application.trading.ports import Exchange, OrderReport, Venue
from moniqo.domain.shared.errors import Unavailable
from moniqo.domain.shared.ids import OrderId, UserWalletId, WalletId
from moniqo.domain.shared.types import JsonObject
from moniqo.domain.trading.order import Order, OrderStatus, OrderType, Side
from moniqo.domain.trading.wallet import UserWallet, Wallet, WalletType
from support.clock import SettableClock
from support.market import START, at, candles, instrument, new_id, order


def venue(provider: str = "paper", **config: object) -> Venue:
    wallet = Wallet(
        id=WalletId(new_id()),
        name="Venue",
        type=WalletType.CEX,
        provider=provider,
        config=JsonObject({"market": "binance"} | config),
    )
    account = UserWallet(
        id=UserWalletId(new_id()), user_id=new_id(), wallet_id=wallet.id, label="Mine"
    )
    return Venue(wallet, account)


@dataclass
class Market:
    """An exchange and the time on it: `bars` of its candles have closed."""

    exchange: Exchange
    clock: SettableClock

    def after(self, bars: int) -> None:
        self.clock.set(at(bars))


PRICES = ("100", "100 106 94 100", "101", "102")


def paper() -> Market:
    clock = SettableClock(START)
    return Market(PaperExchange(RecordedMarketData(candles(*PRICES), instrument(), clock)), clock)


def routed() -> Market:
    market = paper()
    return replace(market, exchange=RoutingExchange({"paper": market.exchange}))


@pytest.fixture(params=[paper, routed])
def market(request: pytest.FixtureRequest) -> Market:
    return request.param()


def figures(report: OrderReport | None) -> list[tuple[str, str]]:
    assert report is not None
    return [(str(item.price), str(item.quantity)) for item in report.fills]


async def test_an_order_is_accepted_until_there_is_a_price(market: Market) -> None:
    report = await market.exchange.submit(order(), venue())

    assert report == OrderReport(OrderStatus.ACCEPTED)


async def test_an_order_is_filled_with_its_fee_in_the_quote_currency(market: Market) -> None:
    asked = order()
    market.after(1)

    report = await market.exchange.submit(asked, venue())

    assert report.status is OrderStatus.FILLED
    only = report.fills[0]
    assert (only.price, only.quantity, only.fee, only.fee_currency) == (100, 1, 1, "USDT")
    assert only.filled_at == START
    assert report.quantity == 1


async def test_an_order_looked_up_is_as_it_was_reported(market: Market) -> None:
    asked = order()
    market.after(1)
    first = await market.exchange.submit(asked, venue())
    market.after(3)

    assert await market.exchange.lookup(asked, venue()) == first
    assert await market.exchange.submit(asked, venue()) == first


async def test_every_fill_has_a_name_of_its_own_that_never_changes(market: Market) -> None:
    asked, shares = order(quantity="3"), venue(volume_share="0.1")
    market.after(2)
    early = await market.exchange.lookup(asked, shares)
    market.after(4)

    late = await market.exchange.lookup(asked, shares)

    assert early is not None
    assert late is not None
    assert early.status is OrderStatus.PARTIALLY_FILLED
    assert late.fills[:2] == early.fills
    assert len({item.fill_id for item in late.fills}) == 3


async def test_slippage_is_the_venues(market: Market) -> None:
    market.after(1)

    report = await market.exchange.submit(order(), venue(slippage="0.01"))

    assert figures(report) == [("101.00", "1.000")]


async def test_a_refusal_is_a_report_with_its_reason(market: Market) -> None:
    market.after(1)

    report = await market.exchange.submit(order(quantity="0.0001"), venue())

    assert report.status is OrderStatus.REJECTED
    assert report.reason is not None
    assert not report.fills


async def test_what_is_not_traded_there_is_rejected(market: Market) -> None:
    report = await market.exchange.submit(order(symbol="ETH/USDT"), venue())

    assert report.status is OrderStatus.REJECTED
    assert report.reason == "ETH/USDT is not known on binance."


async def test_a_cancelled_order_keeps_what_it_got_and_gets_no_more(market: Market) -> None:
    asked, shares = order(quantity="3"), venue(volume_share="0.1")
    market.after(2)

    report = await market.exchange.cancel(asked, shares)

    assert report.status is OrderStatus.CANCELLED
    assert figures(report) == [("100", "1.000"), ("100", "1.000")]
    ended = asked.with_(status=OrderStatus.CANCELLED, filled_quantity=Decimal(2))
    market.after(4)
    later = await market.exchange.lookup(ended, shares)
    assert later is not None
    assert (later.status, later.fills) == (OrderStatus.CANCELLED, report.fills)


async def test_an_order_that_is_over_cannot_be_taken_back(market: Market) -> None:
    asked = order()
    market.after(1)

    report = await market.exchange.cancel(asked, venue())

    assert report.status is OrderStatus.FILLED


async def test_a_rejected_order_stays_rejected_for_its_reason(market: Market) -> None:
    asked = order(status=OrderStatus.REJECTED, refusal="too small", quantity="0.0001")
    market.after(1)

    report = await market.exchange.lookup(asked, venue())

    assert report == OrderReport(OrderStatus.REJECTED, (), Decimal("0.0001"), "too small")


@pytest.mark.parametrize(
    ("fields", "price"),
    [
        ({"type": OrderType.LIMIT, "limit_price": "95"}, "95.00"),
        ({"type": OrderType.LIMIT, "limit_price": "105", "side": Side.SELL}, "105.00"),
        ({"type": OrderType.STOP, "stop_price": "95", "side": Side.SELL}, "95.00"),
        ({"type": OrderType.TAKE_PROFIT, "stop_price": "105", "side": Side.SELL}, "105.00"),
    ],
)
async def test_an_order_with_a_price_waits_for_it(
    market: Market, fields: dict[str, Any], price: str
) -> None:
    asked = order(**fields)
    market.after(1)
    before = await market.exchange.submit(asked, venue())
    market.after(2)

    after = await market.exchange.lookup(asked, venue())

    assert before.status is OrderStatus.ACCEPTED
    assert figures(after) == [(price, "1.000")]


async def test_protection_of_an_entry_within_a_bar_sees_the_rest_of_that_bar(
    market: Market,
) -> None:
    guard = order(
        side=Side.SELL,
        type=OrderType.STOP,
        stop_price="95",
        protects=OrderId(new_id()),
        placed_at=at(1, within=True),
    )
    other = guard.with_(protects=None)
    market.after(2)

    assert figures(await market.exchange.lookup(guard, venue())) == [("95.00", "1.000")]
    assert figures(await market.exchange.lookup(other, venue())) == []


async def test_a_venue_that_nobody_is_connected_to_is_unavailable() -> None:
    exchange = routed().exchange
    kraken = venue("kraken")
    asked: Order = order()

    for call in (exchange.submit, exchange.lookup, exchange.cancel):
        with pytest.raises(Unavailable, match="no connection to kraken here, only to: paper"):
            await call(asked, kraken)
