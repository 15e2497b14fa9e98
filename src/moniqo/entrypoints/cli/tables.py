"""Tables on the terminal."""

import sys
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

WIDE = 200
"""Columns of what is no terminal: nothing need be cut short there."""


def console() -> Console:
    """Standard output."""
    return Console(width=None if sys.stdout.isatty() else WIDE)


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], *, title: str = "") -> None:
    """Print rows under their columns; what is in them is shown as it is."""
    shown = Table(*columns, title=title or None, box=None, padding=(0, 2, 0, 0))
    for row in rows:
        shown.add_row(*map(Text, row))
    console().print(shown)
