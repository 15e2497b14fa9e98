"""What the demonstration tells."""

from pathlib import Path
from typing import Any

from moniqo.domain.agents.backtest import BacktestStatus
from moniqo.entrypoints.cli.answer import Answer
from moniqo.entrypoints.cli.demo.drawing import draw
from moniqo.entrypoints.cli.demo.path import BALANCE, FEE_RATE, STRATEGY, Story
from moniqo.entrypoints.cli.exits import Exit
from moniqo.entrypoints.cli.plain import plain
from moniqo.entrypoints.settings import StorageBackend

RESULTS = ("metrics", "trades", "open_trade", "equity_curve")


def told(story: Story, backend: StorageBackend, candles: str | None) -> Answer:
    """The story for programs and for humans. But for the store it is the same every time."""
    backtest = story.backtest
    source = Path(candles).name if candles else "generated"
    data: dict[str, Any] = {
        "storage": backend.value,
        "plan": {name: plain(story.plan)[name] for name in ("name", "price", "currency")},
        "agent": {"name": story.agent.name, "config": STRATEGY},
        "flow": {name: plain(story.flow)[name] for name in ("title", "symbol", "timeframe")},
        "candles": {"source": source, **plain(story.imported)},
        "starting_balance": str(BALANCE),
        "fee_rate": str(FEE_RATE),
        **{name: plain(backtest)[name] for name in RESULTS},
    }
    if backtest.status is not BacktestStatus.SUCCEEDED:
        return Answer(data, f"The backtest failed: {backtest.error}", Exit.UNSUCCESSFUL)
    return Answer(data, lambda: draw(story, data))
