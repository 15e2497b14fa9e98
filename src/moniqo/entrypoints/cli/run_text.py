"""A flow's run in words."""

from typing import Any


def run_text(run: dict[str, Any]) -> str:
    """A line for the run and one for each step: what was decided, and why it came to no more."""
    lines = [f"Run {run['id']} {run['status']}{_because(run['error'])}"]
    for step in run["steps"]:
        decision = step["decision"]
        said = f"{decision['action']} {decision['symbol']}" if decision else "no decision"
        orders = f", {len(step['order_ids'])} orders" if step["order_ids"] else ""
        reason = _because(step["refusal"] or step["error"])
        lines.append(f"  step {step['step']} {step['status']}: {said}{orders}{reason}")
    return "\n".join(lines)


def _because(reason: str | None) -> str:
    return f": {reason}" if reason else ""
