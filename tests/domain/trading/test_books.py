"""What fills do to wallet, position and ledger: no money is made, none is lost."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moniqo.domain.shared.decimals import ZERO, exact
from moniqo.domain.shared.errors import RuleViolated
from moniqo.domain.shared.ids import FillId, TradeId, UserId, UserWalletId, WalletId
from moniqo.domain.trading.books import Booking, book, released
from moniqo.domain.trading.ledger import COUNTER, LedgerAccount, LedgerKind
from moniqo.domain.trading.order import Fill, Order, OrderType, Side
from moniqo.domain.trading.protection import protective_order
from moniqo.domain.trading.trade import Trade, TradeStatus
from moniqo.domain.trading.wallet import Balance, UserWallet
from support.market import START, at, new_id, order


def wallet(**balances: str) -> UserWallet:
    """Free amounts by currency; after a slash what is locked."""
    held = {}
    for currency, text in balances.items():
        free, _, locked = text.partition("/")
        held[currency] = Balance(Decimal(free), Decimal(locked or 0))
    return UserWallet(
        id=UserWalletId(new_id()),
        user_id=UserId(new_id()),
        wallet_id=WalletId(new_id()),
        label="Mine",
        balances=held,
    )


def filled(asked: Order, quantity: str, price: str, fee: str = "0", bar: int = 0) -> Fill:
    return Fill(
        id=FillId(new_id()),
        order_id=asked.id,
        fill_id=f"{asked.client_order_id}-{bar}",
        price=Decimal(price),
        quantity=Decimal(quantity),
        fee=Decimal(fee),
        fee_currency="USDT",
        filled_at=at(bar),
    )


def a_trade(**fields: Any) -> Trade:
    """One held bitcoin, bought for a hundred."""
    opened = booked(order(quantity="1"), filled(order(), "1", "100"), wallet(USDT="100"))
    return opened.trade.with_(**fields)


def booked(asked: Order, fill: Fill, held: UserWallet, trade: Trade | None = None) -> Booking:
    return book(fill, asked, held, trade, TradeId(new_id()))


def test_a_buy_spends_what_was_locked_for_it_and_opens_a_position() -> None:
    asked = order(quantity="2", reserved=Decimal(210))

    done = booked(asked, filled(asked, "2", "100", "2"), wallet(USDT="50/210"))

    assert done.wallet.balance("USDT") == Balance(Decimal(50), Decimal(8))
    assert done.wallet.balance("BTC") == Balance(Decimal(2))
    assert done.order.reserved == 8
    assert (done.trade.side, done.trade.entry_price, done.trade.held) == (Side.BUY, 100, 2)
    assert done.wallet.balance_at == START


def test_what_was_not_locked_is_taken_from_what_is_free() -> None:
    asked = order(quantity="2", reserved=Decimal(150))

    done = booked(asked, filled(asked, "2", "100", "2"), wallet(USDT="60/150"))

    assert done.wallet.balance("USDT") == Balance(Decimal(8))
    assert done.order.reserved == 0


def test_money_that_is_not_there_cannot_be_spent() -> None:
    asked = order(quantity="2")

    with pytest.raises(RuleViolated, match="Not enough USDT"):
        booked(asked, filled(asked, "2", "100"), wallet(USDT="199"))


def test_a_sale_hands_over_the_base_and_brings_its_value_less_the_fee() -> None:
    asked = order(side=Side.SELL, quantity="2", reserved=Decimal(2))

    done = booked(asked, filled(asked, "2", "100", "3"), wallet(BTC="0/2"))

    assert done.wallet.balance("BTC") == Balance()
    assert done.wallet.balance("USDT") == Balance(Decimal(197))


def test_a_fill_without_a_fee_moves_none() -> None:
    asked = order()

    done = booked(asked, filled(asked, "1", "100"), wallet(USDT="100"))

    assert [item.kind for item in done.movements] == [LedgerKind.TRADE] * 2


def test_a_position_grows_by_average_and_ends_flat_with_its_profit() -> None:
    buy = order(quantity="3")
    one = booked(buy, filled(buy, "1", "100", "1"), wallet(USDT="1000"))
    two = booked(buy, filled(buy, "2", "130", "2", 1), one.wallet, one.trade)
    sale = order(side=Side.SELL, quantity="3")
    part = booked(sale, filled(sale, "1", "150", "1", 2), two.wallet, two.trade)

    done = booked(sale, filled(sale, "2", "90", "1", 3), part.wallet, part.trade)

    assert (two.trade.quantity, two.trade.entry_price, two.trade.fees) == (3, 120, 3)
    assert (part.trade.status, part.trade.profit_loss) == (TradeStatus.OPEN, None)
    # Bought for 360, sold for 330, 5 of fees.
    assert (done.trade.status, done.trade.profit_loss) == (TradeStatus.CLOSED, -35)
    assert (done.trade.exit_price, done.trade.closed_at) == (110, at(3))
    assert done.wallet.balance("USDT").total == 965


def test_a_short_position_gains_when_the_price_falls() -> None:
    sale = order(side=Side.SELL)
    opened = booked(sale, filled(sale, "1", "100", "1"), wallet(BTC="1"))

    buy = order()
    done = booked(buy, filled(buy, "1", "80", "1", 1), opened.wallet, opened.trade)

    assert done.trade.profit_loss == 18


def test_a_closed_position_neither_grows_nor_shrinks() -> None:
    buy, sale = order(), order(side=Side.SELL)
    opened = booked(buy, filled(buy, "1", "100"), wallet(USDT="100"))
    closed = booked(sale, filled(sale, "1", "100"), opened.wallet, opened.trade).trade

    for change in (closed.entered, closed.reduced):
        with pytest.raises(RuleViolated, match="closed already"):
            change(filled(buy, "1", "100"))


def test_no_more_is_closed_than_is_held() -> None:
    buy, sale = order(), order(side=Side.SELL, quantity="2")
    opened = booked(buy, filled(buy, "1", "100"), wallet(USDT="100", BTC="5"))

    with pytest.raises(RuleViolated, match="more than it holds"):
        booked(sale, filled(sale, "2", "100"), opened.wallet, opened.trade)


def test_what_was_still_locked_for_an_order_becomes_free_again() -> None:
    asked = order(reserved=Decimal(30))

    after, held = released(asked, wallet(USDT="10/30"))

    assert after.reserved == 0
    assert held.balance("USDT") == Balance(Decimal(40))


def test_nothing_is_released_for_an_order_that_locks_nothing() -> None:
    asked, held = order(), wallet(USDT="10/30")

    assert released(asked, held) == (asked, held)


def test_every_kind_of_movement_has_a_counter_account_outside_the_wallet() -> None:
    assert set(COUNTER) == set(LedgerKind)
    assert LedgerAccount.WALLET not in COUNTER.values()


# Protection of a position


def test_an_entry_with_a_stop_and_a_target_is_guarded_by_one_order() -> None:
    entry = order(stop_loss="90", take_profit="120", filled_quantity=Decimal(1))

    guard = protective_order(entry, a_trade(), Decimal(9), entry.id, at(2))

    assert guard is not None
    assert (guard.type, guard.side, guard.protects) == (OrderType.STOP, Side.SELL, entry.id)
    assert (guard.stop_price, guard.take_profit, guard.reserved) == (90, 120, 1)
    assert (guard.placed_at, guard.timeframe) == (at(2), entry.timeframe)


def test_an_entry_with_a_target_alone_is_guarded_by_that() -> None:
    entry = order(take_profit="120", filled_quantity=Decimal(1))

    guard = protective_order(entry, a_trade(), Decimal(9), entry.id, at(2))

    assert guard is not None
    assert (guard.type, guard.stop_price) == (OrderType.TAKE_PROFIT, 120)
    assert guard.take_profit is None


@pytest.mark.parametrize(
    "fields",
    [
        {"filled_quantity": Decimal(1)},
        {"stop_loss": "90"},
        {"take_profit": "90", "filled_quantity": Decimal(1), "protects": new_id()},
    ],
    ids=["no trigger", "nothing bought", "a guard itself"],
)
def test_other_orders_are_not_guarded(fields: dict[str, Any]) -> None:
    entry = order(**fields)

    assert protective_order(entry, a_trade(), Decimal(9), entry.id, at(2)) is None


def test_what_a_sale_leaves_is_guarded_as_it_was_before() -> None:
    sold = order(side=Side.SELL, stop_loss="90", filled_quantity=Decimal("0.4"))
    rest = a_trade(quantity=Decimal(1), closed_quantity=Decimal("0.4"))

    guard = protective_order(sold, rest, Decimal(9), sold.id, at(2))

    assert guard is not None
    assert (guard.quantity, guard.stop_price) == (Decimal("0.6"), 90)


@pytest.mark.parametrize(
    "trade", [None, {"status": TradeStatus.CLOSED}, {"closed_quantity": Decimal(1)}]
)
def test_a_position_that_is_gone_is_not_guarded(trade: dict[str, Any] | None) -> None:
    sold = order(side=Side.SELL, stop_loss="90", filled_quantity=Decimal(1))
    left = None if trade is None else a_trade(**trade)

    assert protective_order(sold, left, Decimal(9), sold.id, at(2)) is None


def test_a_guard_takes_no_more_than_is_free_of_other_orders() -> None:
    sold = order(side=Side.SELL, stop_loss="90", filled_quantity=Decimal("0.1"))

    some = protective_order(sold, a_trade(), Decimal("0.3"), sold.id, at(2))
    none = protective_order(sold, a_trade(), Decimal(0), sold.id, at(2))

    assert some is not None
    assert some.quantity == some.reserved == Decimal("0.3")
    assert none is None


def test_a_sale_knows_what_is_to_guard_the_rest() -> None:
    sale = order(side=Side.SELL)
    stop = order(side=Side.SELL, type=OrderType.STOP, stop_price="90", take_profit="120")
    lower = order(side=Side.SELL, type=OrderType.STOP, stop_price="80")
    target = order(side=Side.SELL, type=OrderType.TAKE_PROFIT, stop_price="110")

    all_, one, none = sale.guarded_by([lower, stop, target]), sale.guarded_by([target]), sale

    assert (all_.stop_loss, all_.take_profit) == (90, 110)
    assert (one.stop_loss, one.take_profit) == (None, 110)
    assert none.guarded_by([]) == sale


# Whatever the fills

amounts = st.decimals("0.000001", "5", places=6)
money = st.decimals("0.01", "90000", places=2)
events = st.lists(st.tuples(st.sampled_from(Side), amounts, money), max_size=12)


@exact
def balances(held: UserWallet) -> dict[str, Decimal]:
    return {currency: held.balance(currency).total for currency in ("BTC", "USDT")}


@exact
def moved(bookings: list[Booking]) -> dict[str, Decimal]:
    total: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for booking in bookings:
        for item in booking.movements:
            total[item.currency] += item.amount
    return {currency: total[currency] for currency in ("BTC", "USDT")}


@given(events)
@exact
def test_movements_are_the_change_of_the_balances_and_profits_their_gain(
    story: list[tuple[Side, Decimal, Decimal]],
) -> None:
    held, trade, done = wallet(USDT="10000000", BTC="100"), None, []
    before = balances(held)
    profit = ZERO
    for side, wanted, price in story:
        closes = trade is not None and trade.side is not side
        quantity = min(wanted, trade.held) if closes and trade else wanted
        asked = order(side=side, quantity=quantity)
        fee = price * quantity / 1000
        booking = booked(asked, filled(asked, str(quantity), str(price), str(fee)), held, trade)
        held = booking.wallet
        trade = None if booking.trade.profit_loss is not None else booking.trade
        profit += booking.trade.profit_loss or ZERO
        done.append(booking)

    after = balances(held)

    assert moved(done) == {currency: after[currency] - before[currency] for currency in before}
    if trade is None:
        assert after["BTC"] == before["BTC"]
        assert after["USDT"] - before["USDT"] == profit
