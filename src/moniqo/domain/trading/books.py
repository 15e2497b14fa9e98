"""Bookkeeping of fills: what one execution does to order, wallet, position and ledger."""

from dataclasses import dataclass
from decimal import Decimal

from moniqo.domain.shared.decimals import ZERO, exact, storable
from moniqo.domain.shared.ids import TradeId
from moniqo.domain.trading.ledger import LedgerKind, Movement
from moniqo.domain.trading.order import Fill, Order, Side
from moniqo.domain.trading.trade import Trade
from moniqo.domain.trading.wallet import UserWallet


@dataclass(frozen=True, slots=True)
class Booking:
    """The state after a fill. `movements` say what came into and left the wallet."""

    order: Order
    wallet: UserWallet
    trade: Trade
    movements: tuple[Movement, ...]


@exact
def book(
    fill: Fill, order: Order, wallet: UserWallet, trade: Trade | None, trade_id: TradeId
) -> Booking:
    """Apply one fill. `trade` is the open position, `trade_id` names a new one.

    The fee is in the quote currency. Locked money is consumed first, then free money.
    """
    value = storable(fill.price * fill.quantity)
    if order.side is Side.BUY:
        spent, received = value + fill.fee, fill.quantity
        movements = _movements(order, fill, received, -value)
        wallet, consumed = _consumed(wallet, order, spent)
        wallet = wallet.moved(order.base, free=received)
    else:
        movements = _movements(order, fill, -fill.quantity, value)
        wallet, consumed = _consumed(wallet, order, fill.quantity)
        wallet = wallet.moved(order.quote, free=value - fill.fee)
    return Booking(
        order=order.filled(fill, consumed=consumed),
        wallet=wallet.with_(balance_at=fill.filled_at),
        trade=_position(fill, order, trade, trade_id),
        movements=movements,
    )


def released(order: Order, wallet: UserWallet) -> tuple[Order, UserWallet]:
    """Order and wallet with what was still locked for the order set free."""
    if not order.reserved:
        return order, wallet
    freed = wallet.reserved(order.reserved_currency, -order.reserved)
    return order.with_(reserved=ZERO), freed


def _movements(order: Order, fill: Fill, base: Decimal, quote: Decimal) -> tuple[Movement, ...]:
    traded = (
        Movement(order.base, base, LedgerKind.TRADE),
        Movement(order.quote, quote, LedgerKind.TRADE),
    )
    return (*traded, Movement(order.quote, -fill.fee, LedgerKind.FEE)) if fill.fee else traded


def _consumed(wallet: UserWallet, order: Order, amount: Decimal) -> tuple[UserWallet, Decimal]:
    locked = min(amount, order.reserved)
    taken = wallet.moved(order.reserved_currency, free=locked - amount, locked=-locked)
    return taken, locked


def _position(fill: Fill, order: Order, trade: Trade | None, trade_id: TradeId) -> Trade:
    if trade is not None:
        return trade.entered(fill) if trade.side is order.side else trade.reduced(fill)
    return Trade(
        id=trade_id,
        user_id=order.user_id,
        flow_id=order.flow_id,
        agent_id=order.agent_id,
        user_wallet_id=order.user_wallet_id,
        exchange=order.exchange,
        symbol=order.symbol,
        timeframe=order.timeframe,
        side=order.side,
        entry_price=fill.price,
        quantity=fill.quantity,
        entry_value=storable(fill.price * fill.quantity),
        fees=fill.fee,
        executed_at=fill.filled_at,
    )
