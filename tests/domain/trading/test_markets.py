"""Candles, instruments and wallets."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from moniqo.domain.shared.errors import Invalid, RuleViolated
from moniqo.domain.shared.ids import UserId, UserWalletId, WalletId
from moniqo.domain.shared.types import JsonObject
from moniqo.domain.trading.market import Series, Timeframe
from moniqo.domain.trading.paper import paper_terms
from moniqo.domain.trading.wallet import Balance, UserWallet, Wallet, WalletType
from support.market import HOUR, START, candle, instrument, new_id


def venue(provider: str, **config: object) -> Wallet:
    return Wallet(
        id=WalletId(new_id()),
        name="Venue",
        type=WalletType.CEX,
        provider=provider,
        config=JsonObject(config),
    )


def account() -> UserWallet:
    return UserWallet(
        id=UserWalletId(new_id()),
        user_id=UserId(new_id()),
        wallet_id=WalletId(new_id()),
        label="Mine",
        balances={"USDT": Balance(Decimal(10))},
    )


@pytest.mark.parametrize(
    ("timeframe", "minutes"),
    [("1m", 1), ("5m", 5), ("15m", 15), ("30m", 30), ("1h", 60), ("4h", 240), ("1d", 1440)],
)
def test_a_timeframe_is_as_long_as_its_name_says(timeframe: str, minutes: int) -> None:
    assert Timeframe(timeframe).duration == timedelta(minutes=minutes)


def test_a_candle_is_known_from_its_close_on() -> None:
    assert candle(0, "100").closed_at == START + HOUR


@pytest.mark.parametrize(
    ("prices", "fault"),
    [
        ("100 99 90 95", "high"),
        ("90 99 80 100", "high"),
        ("100 110 101 105", "low"),
        ("100 110 96 95", "low"),
        ("0 1 0 1", "open"),
    ],
)
def test_high_and_low_span_open_and_close(prices: str, fault: str) -> None:
    with pytest.raises(Invalid) as found:
        candle(0, prices)

    assert found.value.faults[0].field == fault


@pytest.mark.parametrize(
    "names", [("Binance", "BTC/USDT"), ("binance", "BTCUSDT"), ("binance", "btc/usdt"), ("", "A/B")]
)
def test_series_have_plain_names(names: tuple[str, str]) -> None:
    with pytest.raises(Invalid):
        Series(*names, Timeframe.H1)


def test_an_instruments_symbol_is_made_of_its_currencies() -> None:
    with pytest.raises(Invalid, match="base/quote"):
        instrument(base="ETH")


def test_quantities_go_down_to_the_lot_and_prices_to_the_tick() -> None:
    market = instrument()

    assert market.lots(Decimal("1.2349")) == Decimal("1.234")
    assert market.quantised(Decimal("100.019")) == Decimal("100.01")


def test_what_cash_buys_leaves_room_for_the_fee() -> None:
    market = instrument()

    assert market.affordable(Decimal(101), Decimal(100)) == 1
    assert market.affordable(Decimal("100.9"), Decimal(100)) == Decimal("0.999")
    assert market.affordable(Decimal(100), Decimal(100), Decimal(0)) == 1


def test_an_order_that_is_large_enough_is_not_refused() -> None:
    strict = instrument(min_quantity="0.1", min_notional="10")

    assert strict.refuses(Decimal("0.1"), Decimal(100)) is None
    assert strict.refuses(Decimal("0.09"), Decimal(1000)) is not None
    assert strict.refuses(Decimal("0.1"), Decimal(99)) is not None


def test_a_paper_wallet_trades_on_another_exchanges_candles() -> None:
    assert venue("paper", market="binance").market == "binance"
    assert venue("paper").market == "paper"


def test_a_real_venue_trades_on_its_own() -> None:
    real = venue("kraken", market="binance", anything="goes")

    assert (real.market, real.is_paper) == ("kraken", False)


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({"fees": "0"}, "config.fees"),
        ({"market": "Binance"}, "config.market"),
        ({"slippage": "-0.1"}, "config.slippage"),
        ({"slippage": 2}, "config.slippage"),
        ({"volume_share": "0"}, "config.volume_share"),
        ({"starting_balances": {"USDT": "-1"}}, "config.starting_balances.USDT"),
        ({"starting_balances": {"usdt": "1"}}, "config.starting_balances.usdt"),
    ],
)
def test_a_paper_wallet_with_other_terms_is_refused_naming_the_field(
    config: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as found:
        venue("paper", **config)

    assert [item.field for item in found.value.faults] == [field]


def test_terms_may_be_written_as_numbers_and_keep_their_digits() -> None:
    terms = paper_terms({"slippage": 0.0005, "starting_balances": {"USDT": 0.1, "BTC": 2}})

    assert terms.slippage == Decimal("0.0005")
    assert terms.starting_balances == {"USDT": Decimal("0.1"), "BTC": Decimal(2)}


def test_balances_move_between_free_and_locked_and_never_below_zero() -> None:
    held = account()

    locked = held.reserved("USDT", Decimal(4))

    assert locked.balance("USDT") == Balance(Decimal(6), Decimal(4))
    assert locked.balance("USDT").total == 10
    assert locked.reserved("USDT", Decimal(-4)).balances == held.balances
    for amount in (Decimal(7), Decimal(-5)):
        with pytest.raises(RuleViolated, match="Not enough USDT: 6 free, 4 locked"):
            locked.reserved("USDT", amount)


def test_what_is_not_held_is_nothing() -> None:
    assert account().balance("BTC") == Balance()


def test_a_wallet_out_of_use_says_so() -> None:
    account().require_active()

    with pytest.raises(RuleViolated, match="not active"):
        account().with_(is_active=False).require_active()
