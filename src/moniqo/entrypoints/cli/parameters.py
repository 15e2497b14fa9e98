"""Types of options beyond those of click."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import rich_click as click

from moniqo.domain.shared.decoding import decode
from moniqo.domain.shared.errors import Invalid


class InstantParameter(click.ParamType[datetime]):
    """An ISO 8601 date or time; without an offset it is UTC."""

    name = "instant"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """See `ParamType`."""
        try:
            read = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value} is no date or time such as 2025-01-31T12:00Z", param, ctx)
        return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)


class DecimalParameter(click.ParamType[Decimal]):
    """A plain decimal, kept exactly."""

    name = "decimal"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Decimal:
        """See `ParamType`."""
        try:
            return value if isinstance(value, Decimal) else decode(Decimal, value)
        except Invalid as problem:
            self.fail(f"{value} {problem.faults[0].message}", param, ctx)


INSTANT = InstantParameter()
DECIMAL = DecimalParameter()


def located(file: str, market_data_dir: Path | None) -> str:
    """The file, looked for in `MARKET_DATA_DIR` too if it is not here."""
    elsewhere = market_data_dir / file if market_data_dir else None
    if not Path(file).exists() and elsewhere is not None and elsewhere.exists():
        return str(elsewhere)
    return file
