"""What can be traded, and what its prices were."""

from moniqo.application.identity.principal import Principal
from moniqo.application.shared.access import Browse
from moniqo.application.shared.query import Listing, Page
from moniqo.domain.trading.market import Candle, Instrument
from moniqo.entrypoints.http.endpoint import GET, Controller, endpoint
from moniqo.entrypoints.http.lists import Lists, since, until


class MarketController(Controller):
    """`/market`."""

    path = "/api/v1/market"
    tag = "Market"

    @endpoint(
        GET,
        "/instruments",
        summary="List instruments",
        lists=Lists(
            Instrument,
            sort=("symbol", "exchange"),
            filters=("exchange", "symbol", "base", "quote"),
            default=("symbol",),
        ),
    )
    async def instruments(
        self, caller: Principal, listing: Listing, browse: Browse[Instrument]
    ) -> Page[Instrument]:
        """What can be traded where, in which steps."""
        return await browse(user_id=caller.user_id, listing=listing)

    @endpoint(
        GET,
        "/candles",
        summary="List candles",
        lists=Lists(
            Candle,
            sort=("opened_at",),
            filters=(
                "exchange",
                "symbol",
                "timeframe",
                since("from", "opened_at"),
                until("to", "opened_at"),
            ),
            default=("opened_at",),
        ),
    )
    async def candles(
        self, caller: Principal, listing: Listing, browse: Browse[Candle]
    ) -> Page[Candle]:
        """Stored candles opened in [`from`, `to`), the oldest first."""
        return await browse(user_id=caller.user_id, listing=listing)
