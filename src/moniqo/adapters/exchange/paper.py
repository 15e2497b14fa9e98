"""The embedded exchange: it trades by candles, with play money."""

from dataclasses import dataclass, replace

from moniqo.application.trading.ports import FillReport, MarketData, OrderReport, Venue
from moniqo.domain.shared.decimals import ZERO
from moniqo.domain.shared.errors import NotFound
from moniqo.domain.trading.market import Series
from moniqo.domain.trading.matching import Execution, match, up_to, visible_from
from moniqo.domain.trading.order import Order, OrderStatus, OrderType
from moniqo.domain.trading.paper import PaperTerms, paper_terms


@dataclass(frozen=True, slots=True)
class PaperExchange:
    """See `Exchange`. It remembers nothing: what became of an order follows from the order.

    Every order is known here once its intent exists, so a lookup answers what submitting
    answered: nothing is lost or doubled by a crash between the two.
    """

    market: MarketData

    async def submit(self, order: Order, venue: Venue) -> OrderReport:
        """See `Exchange`."""
        return await self._report(order, venue)

    async def lookup(self, order: Order, venue: Venue) -> OrderReport | None:
        """See `Exchange`."""
        return await self._report(order, venue)

    async def cancel(self, order: Order, venue: Venue) -> OrderReport:
        """See `Exchange`."""
        report = await self._report(order, venue)
        if report.status in (OrderStatus.ACCEPTED, OrderStatus.PARTIALLY_FILLED):
            return replace(report, status=OrderStatus.CANCELLED)
        return report

    async def _report(self, order: Order, venue: Venue) -> OrderReport:
        terms = paper_terms(venue.wallet.config)
        try:
            instrument = await self.market.instrument(order.exchange, order.symbol)
        except NotFound as problem:
            return OrderReport(OrderStatus.REJECTED, reason=problem.message)
        candles = await self.market.since(
            Series(order.exchange, order.symbol, order.timeframe),
            start=visible_from(order),
            limit=_bars_needed(order, terms),
        )
        matched = match(order, instrument, candles, terms)
        if order.is_final:
            got = up_to(matched.executions, order.filled_quantity)
            return OrderReport(order.status, _fills(order, got), order.quantity, order.refusal)
        filled = matched.status is OrderStatus.FILLED
        quantity = sum((item.quantity for item in matched.executions), ZERO) if filled else None
        return OrderReport(
            matched.status, _fills(order, matched.executions), quantity, matched.reason
        )


def _bars_needed(order: Order, terms: PaperTerms) -> int | None:
    """A market order is over after one bar unless bars limit its volume."""
    at_once = order.type is OrderType.MARKET and terms.volume_share is None
    return 1 if at_once else None


def _fills(order: Order, executions: tuple[Execution, ...]) -> tuple[FillReport, ...]:
    return tuple(
        FillReport(
            fill_id=f"{order.client_order_id}-{int(item.bar.timestamp() * 1000)}",
            price=item.price,
            quantity=item.quantity,
            fee=item.fee,
            fee_currency=order.quote,
            filled_at=item.at,
        )
        for item in executions
    )
