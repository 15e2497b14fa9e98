"""Events that were tried in vain, as they are listed."""

from collections.abc import Sequence
from typing import Any

from moniqo.application.shared.printable import printable
from moniqo.domain.audit.outbox_event import OutboxEvent
from moniqo.entrypoints.cli.plain import plain
from moniqo.entrypoints.cli.tables import table

COLUMNS = ("id", "name", "occurred_at", "attempts", "parked_at", "error")
SHOWN = ("name", "occurred_at", "attempts", "id", "error")
_LONGEST = 2000


def parked_row(event: OutboxEvent) -> dict[str, Any]:
    """What of an event is told; its payload may name somebody."""
    shown = plain(event)
    return {name: shown[name] for name in COLUMNS} | {"done": event.done_at is not None}


def show_parked(items: Sequence[dict[str, Any]], title: str = "") -> None:
    """Print events as a table."""
    rows = [[printable(str(item[name]), _LONGEST) for name in SHOWN] for item in items]
    table(SHOWN, rows, title=title)
