"""Which part of a list a command shows."""

import rich_click as click

MOST = 1_000_000_000
"""More than anybody stores, and less than any store counts to."""
LIMIT = click.option(
    "--limit", type=click.IntRange(1, MOST), default=50, show_default=True, help="At most."
)
OFFSET = click.option(
    "--offset", type=click.IntRange(0, MOST), default=0, help="Leave out so many."
)
