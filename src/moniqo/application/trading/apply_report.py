"""Taking over what a venue says about an order: fills once each, and everything they change."""

from dataclasses import dataclass
from datetime import datetime

from moniqo.application.billing.quotas import Quotas
from moniqo.application.shared.conflicts import settled
from moniqo.application.shared.persistence import Transaction, UnitOfWork
from moniqo.application.shared.query import Condition, eq, same
from moniqo.application.shared.system import Ids
from moniqo.application.trading.ledger import ledger_entries
from moniqo.application.trading.ports import FillReport, OrderReport
from moniqo.domain.billing.plan import Resource
from moniqo.domain.shared.errors import AlreadyExists, StaleVersion
from moniqo.domain.shared.ids import FillId, OrderId, TradeId
from moniqo.domain.trading.books import book, released
from moniqo.domain.trading.events import OrderRefused, TradeClosed, TradeOpened
from moniqo.domain.trading.ledger import LedgerEntry
from moniqo.domain.trading.order import Fill, Order, OrderStatus, Side
from moniqo.domain.trading.protection import protective_order
from moniqo.domain.trading.trade import Trade, TradeStatus
from moniqo.domain.trading.wallet import UserWallet


@dataclass(frozen=True, slots=True)
class Applied:
    """The order as it stands now, and the protective order that still has to be sent, if any."""

    order: Order
    protection: Order | None = None


@dataclass(slots=True)
class _Books:
    """What a report has changed so far, inside one transaction."""

    order: Order
    account: UserWallet
    before: Trade | None
    trade: Trade | None
    filled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ApplyReport:
    """Apply a venue's report in one transaction; the same report again changes nothing."""

    uow: UnitOfWork
    ids: Ids
    quotas: Quotas

    async def __call__(self, *, order_id: OrderId, report: OrderReport) -> Applied:
        """Apply `report`; racing reports are applied one after the other."""
        # Who loses the race for a fill finds it stored already.
        again_on = (StaleVersion, AlreadyExists)
        return await settled(lambda: self._apply(order_id, report), again_on=again_on)

    async def _apply(self, order_id: OrderId, report: OrderReport) -> Applied:
        async with self.uow() as tx:
            order = await tx[Order].get(order_id)
            news = [] if order.is_final else await _unknown_fills(tx, order, report)
            if order.is_final or (not news and report.status is order.status):
                return Applied(order)
            account = await tx[UserWallet].get(order.user_wallet_id, include_deleted=True)
            trade = await tx[Trade].first(*open_position(order))
            books = _Books(order.sized(report.quantity), account, trade, trade)
            for item in news:
                await self._book(tx, books, item)
            books.order = _answered(books.order, report)
            if books.order.is_final:
                books.order, books.account = released(books.order, books.account)
                await self._give_back(tx, books.order)
            protection = await self._protect(tx, books)
            return Applied(await _store(tx, books, account), protection)

    async def _book(self, tx: Transaction, books: _Books, item: FillReport) -> None:
        fill = Fill(
            id=FillId(self.ids.new()),
            order_id=books.order.id,
            fill_id=item.fill_id,
            price=item.price,
            quantity=item.quantity,
            fee=item.fee,
            fee_currency=item.fee_currency,
            filled_at=item.filled_at,
        )
        trade_id = TradeId(self.ids.new())
        booking = book(fill, books.order, books.account, books.trade, trade_id)
        books.order, books.account, books.trade = booking.order, booking.wallet, booking.trade
        books.filled_at = fill.filled_at
        await tx[Fill].add(fill)
        reference = f"{fill.order_id}:{fill.fill_id}"
        entries = ledger_entries(booking.movements, books.account.id, reference, self.ids)
        await tx[LedgerEntry].add_many(entries)

    async def _give_back(self, tx: Transaction, order: Order) -> None:
        """Of an order that bought nothing there is no trade to be counted."""
        if order.run_id is not None and order.side is Side.BUY and not order.filled_quantity:
            resource = Resource.TRADES_PER_DAY
            await self.quotas.give_back(
                tx, user_id=order.user_id, resource=resource, taken_at=order.created_at
            )

    async def _protect(self, tx: Transaction, books: _Books) -> Order | None:
        """The protective order that follows from an order that is over, as a committed intent."""
        if not books.order.is_final:
            return None
        since = books.filled_at or books.order.placed_at
        order_id = OrderId(self.ids.new())
        free = books.account.balance(books.order.base).free
        protection = protective_order(books.order, books.trade, free, order_id, since)
        if protection is None:
            return None
        books.account = books.account.reserved(protection.base, protection.reserved)
        return await tx[Order].add(protection)


def open_position(order: Order) -> tuple[Condition, ...]:
    """The conditions of the open trade that an order's fills belong to."""
    return (
        eq("user_wallet_id", order.user_wallet_id),
        eq("status", TradeStatus.OPEN),
        same("flow_id", order.flow_id),
        eq("symbol", order.symbol),
    )


async def _unknown_fills(tx: Transaction, order: Order, report: OrderReport) -> list[FillReport]:
    if not order.filled_quantity:
        return list(report.fills)
    found = []
    for item in report.fills:
        known = await tx[Fill].first(eq("order_id", order.id), eq("fill_id", item.fill_id))
        if known is None:
            found.append(item)
    return found


def _answered(order: Order, report: OrderReport) -> Order:
    """In the reported state, by way of `submitted` where the venue was asked for the first time."""
    if order.status is OrderStatus.INTENT:
        order = order.moved(OrderStatus.SUBMITTED)
    return order.moved(report.status, refusal=report.reason)


async def _store(tx: Transaction, books: _Books, account: UserWallet) -> Order:
    if books.account is not account:
        await tx[UserWallet].save(books.account)
    if books.trade is not None and books.before is None:
        await tx[Trade].add(books.trade)
    elif books.trade is not None and books.trade is not books.before:
        await tx[Trade].save(books.trade)
    _tell(tx, books)
    return await tx[Order].save(books.order)


def _tell(tx: Transaction, books: _Books) -> None:
    order, trade = books.order, books.trade
    if order.status is OrderStatus.REJECTED:
        tx.emit(
            OrderRefused(
                user_id=order.user_id,
                run_id=order.run_id,
                flow_id=order.flow_id,
                symbol=order.symbol,
                reason=order.refusal or "refused by the venue",
            )
        )
    if trade is not None and books.before is None:
        tx.emit(
            TradeOpened(
                user_id=trade.user_id,
                trade_id=trade.id,
                flow_id=trade.flow_id,
                symbol=trade.symbol,
                side=trade.side.value,
                quantity=trade.quantity,
                price=trade.entry_price,
            )
        )
    if trade is not None and trade.profit_loss is not None:
        tx.emit(
            TradeClosed(
                user_id=trade.user_id,
                trade_id=trade.id,
                flow_id=trade.flow_id,
                symbol=trade.symbol,
                profit_loss=trade.profit_loss,
            )
        )
