"""Flows replayed over past candles."""

from moniqo.application.agents.backtest_summaries import (
    HEAVY,
    BacktestSummary,
    backtest_summary,
)
from moniqo.application.agents.start_backtest import BacktestRequest, StartBacktest
from moniqo.application.identity.principal import Principal
from moniqo.application.shared.access import Browse, Fetch
from moniqo.application.shared.query import Listing, Page
from moniqo.domain.agents.backtest import Backtest
from moniqo.domain.shared.ids import BacktestId, FlowId
from moniqo.entrypoints.http.endpoint import GET, POST, Controller, endpoint
from moniqo.entrypoints.http.lists import Lists


class BacktestController(Controller):
    """`/users/me/flows/{flow_id}/backtests` and `/users/me/backtests`."""

    path = "/api/v1/users/me"
    tag = "Backtests"

    @endpoint(
        POST,
        "/flows/{flow_id}/backtests",
        summary="Backtest a flow",
        status=202,
        message="The backtest is queued.",
        example={
            "from": "2025-07-01T00:00:00Z",
            "to": "2025-12-31T00:00:00Z",
            "starting_balance": "10000",
            "fee_rate": "0.001",
        },
    )
    async def start(
        self,
        caller: Principal,
        flow_id: FlowId,
        data: BacktestRequest,
        start_backtest: StartBacktest,
    ) -> Backtest:
        """Replay the flow over the stored candles opened in [`from`, `to`). Uses no quota."""
        return await start_backtest(user_id=caller.user_id, flow_id=flow_id, request=data)

    @endpoint(
        GET,
        "/backtests",
        summary="List your backtests",
        lists=Lists(
            Backtest,
            sort=("created_at", "status"),
            filters=("flow_id", "status", "created_after", "created_before"),
            without=HEAVY,
        ),
    )
    async def index(
        self, caller: Principal, listing: Listing, browse: Browse[Backtest]
    ) -> Page[BacktestSummary]:
        """Your backtests, the newest first, without their equity curves and trades."""
        page = await browse(user_id=caller.user_id, listing=listing)
        return page.holding(map(backtest_summary, page.items))

    @endpoint(GET, "/backtests/{backtest_id}", summary="Get a backtest")
    async def fetch(
        self, caller: Principal, backtest_id: BacktestId, fetch: Fetch[Backtest]
    ) -> Backtest:
        """Metrics, equity curve and trades of a backtest, once it has succeeded."""
        return await fetch(user_id=caller.user_id, entity_id=backtest_id)
