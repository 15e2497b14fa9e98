"""Every order to the exchange that its wallet is at."""

from collections.abc import Mapping
from dataclasses import dataclass

from moniqo.adapters.connections import connected
from moniqo.application.trading.ports import Exchange, OrderReport, Venue
from moniqo.domain.trading.order import Order


@dataclass(frozen=True, slots=True)
class RoutingExchange:
    """See `Exchange`. `exchanges` are found by the wallet's provider."""

    exchanges: Mapping[str, Exchange]

    async def submit(self, order: Order, venue: Venue) -> OrderReport:
        """See `Exchange`."""
        return await self._of(venue).submit(order, venue)

    async def lookup(self, order: Order, venue: Venue) -> OrderReport | None:
        """See `Exchange`."""
        return await self._of(venue).lookup(order, venue)

    async def cancel(self, order: Order, venue: Venue) -> OrderReport:
        """See `Exchange`."""
        return await self._of(venue).cancel(order, venue)

    def _of(self, venue: Venue) -> Exchange:
        return connected(self.exchanges, venue.wallet.provider)
