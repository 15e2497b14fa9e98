"""`moniqo backtest`."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

import rich_click as click

from moniqo.entrypoints.cli.answer import Answer
from moniqo.entrypoints.cli.operation import operation
from moniqo.entrypoints.cli.parameters import DECIMAL, INSTANT


@click.group()
def backtest() -> None:
    """Flows replayed over past candles."""


@backtest.command("run")
@click.argument("flow_id", type=click.UUID)
@click.option("--from", "start", type=INSTANT, help="The first candle.  [default: all stored]")
@click.option("--to", "end", type=INSTANT, help="Before this instant.  [default: all stored]")
@click.option(
    "--balance",
    "starting_balance",
    type=DECIMAL,
    default="10000",
    show_default=True,
    help="In the quote currency.",
)
@click.option(
    "--fee-rate", type=DECIMAL, default="0.001", show_default=True, help="Of the notional."
)
@click.option("--slippage", type=DECIMAL, default="0", show_default=True, help="Of the price.")
@operation
async def run_(
    flow_id: UUID, start: datetime | None, end: datetime | None, **terms: Decimal
) -> Answer:
    """Replay a flow; uses up nothing of its owner's plan, and trades with play money only."""
    from moniqo.application.agents.start_backtest import BacktestRequest
    from moniqo.entrypoints.cli.replaying import flow_and_bars, outcome_of, told
    from moniqo.entrypoints.cli.session import session
    from moniqo.entrypoints.cli.watching import Watch

    with Watch() as watch:
        async with session(None, watch.provider) as container:
            flow, bars = await flow_and_bars(container, flow_id, start, end)
            watch.expect(bars.count)
            request = BacktestRequest(bars.start, bars.end, **terms)
            ended = await outcome_of(container, flow, request)
    return told(ended)
