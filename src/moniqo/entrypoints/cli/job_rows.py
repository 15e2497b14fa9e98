"""Tasks, as they are listed."""

from collections.abc import Mapping, Sequence
from typing import Any

from moniqo.application.shared.printable import printable
from moniqo.domain.operations.task import Task
from moniqo.entrypoints.cli.plain import plain
from moniqo.entrypoints.cli.tables import table

COLUMNS = ("id", "kind", "owner_id", "attempts", "created_at", "finished_at", "error")
SHOWN = ("kind", "finished_at", "attempts", "id", "error")
_LONGEST = 2000


def job_row(task: Task) -> dict[str, Any]:
    """What of a task is told in a list."""
    shown = plain(task)
    return {name: shown[name] for name in COLUMNS}


def show_jobs(items: Sequence[Mapping[str, Any]]) -> None:
    """Print tasks as a table."""
    table(SHOWN, [[printable(str(item[name]), _LONGEST) for name in SHOWN] for item in items])


def job_text(data: Mapping[str, Any]) -> str:
    """Everything about a task, a line for each thing that there is to say."""
    told = {name: value for name, value in data.items() if value not in (None, {})}
    return "\n".join(f"{name}: {printable(str(value), _LONGEST)}" for name, value in told.items())
