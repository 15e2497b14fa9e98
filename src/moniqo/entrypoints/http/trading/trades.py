"""Positions from first fill to flat."""

from moniqo.application.identity.principal import Principal
from moniqo.application.shared.access import Browse, Fetch
from moniqo.application.shared.query import Listing, Page
from moniqo.application.trading.close_trade import CloseTrade
from moniqo.domain.shared.ids import TradeId
from moniqo.domain.trading.trade import Trade
from moniqo.entrypoints.http.endpoint import GET, POST, Controller, endpoint
from moniqo.entrypoints.http.lists import Lists


class TradeController(Controller):
    """`/users/me/trades`."""

    path = "/api/v1/users/me/trades"
    tag = "Trades"

    @endpoint(
        GET,
        summary="List your trades",
        needs="trades:read",
        lists=Lists(
            Trade,
            sort=("executed_at", "created_at", "closed_at", "profit_loss", "symbol"),
            filters=(
                "status",
                "symbol",
                "flow_id",
                "agent_id",
                "side",
                "executed_after",
                "executed_before",
            ),
            default=("-executed_at",),
        ),
    )
    async def index(
        self, caller: Principal, listing: Listing, browse: Browse[Trade]
    ) -> Page[Trade]:
        """Your trades, the newest first."""
        return await browse(user_id=caller.user_id, listing=listing)

    @endpoint(GET, "/{trade_id}", summary="Get a trade", needs="trades:read")
    async def fetch(self, caller: Principal, trade_id: TradeId, fetch: Fetch[Trade]) -> Trade:
        """A trade; its profit or loss is net of fees and there once it is closed."""
        return await fetch(user_id=caller.user_id, entity_id=trade_id)

    @endpoint(
        POST,
        "/{trade_id}/close",
        summary="Close a trade",
        needs="trades:write",
        message="The order to close the trade is on its way.",
    )
    async def close(self, caller: Principal, trade_id: TradeId, close_trade: CloseTrade) -> Trade:
        """Sell all that the trade still holds, at the market. It is open until that is filled."""
        return await close_trade(user_id=caller.user_id, trade_id=trade_id)
