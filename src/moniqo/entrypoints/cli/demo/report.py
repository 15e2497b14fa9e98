"""What the demonstration tells."""

from pathlib import Path
from typing import Any

from moniqo.domain.agents.backtest import BacktestStatus
from moniqo.entrypoints.cli.answer import Answer
from moniqo.entrypoints.cli.demo.path import BALANCE, FEE_RATE, STRATEGY, Story
from moniqo.entrypoints.cli.exits import Exit
from moniqo.entrypoints.cli.outcome import show
from moniqo.entrypoints.cli.plain import plain
from moniqo.entrypoints.cli.tables import console
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
    return Answer(data, lambda: _draw(story, data))


def _draw(story: Story, data: dict[str, Any]) -> None:
    to = console()
    plan, flow, imported = data["plan"], data["flow"], story.imported
    made_up = data["candles"]["source"] == "generated"
    source = "a generated series, no real prices" if made_up else data["candles"]["source"]
    strategy = ", ".join(f"{name} {value}" for name, value in STRATEGY.items())
    lines = {
        "store": f"{data['storage']}, temporary",
        "plan": f"{plan['name']}, {plan['price']} {plan['currency']} a month",
        "agent": f"{story.agent.name} ({strategy})",
        "flow": f"{flow['title']}, {flow['timeframe']}",
        "candles": f"{imported.read} from {imported.first:%Y-%m-%d} to {imported.last:%Y-%m-%d}, "
        f"{sum(gap.count for gap in imported.gaps)} missing",
        "source": source,
    }
    for name, text in lines.items():
        to.print(f"[bold]{name:>16}[/]  ", end="")
        to.print(text, markup=False, highlight=False)
    to.print()
    show(story.backtest)
