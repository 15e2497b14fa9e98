"""The demonstration on the terminal."""

from typing import Any

from moniqo.entrypoints.cli.demo.path import STRATEGY, Story
from moniqo.entrypoints.cli.outcome import show
from moniqo.entrypoints.cli.tables import console


def draw(story: Story, data: dict[str, Any]) -> None:
    """What was made on the way, then what came of the backtest."""
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
