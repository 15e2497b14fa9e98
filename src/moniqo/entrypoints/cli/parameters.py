"""Types of options beyond those of click."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import rich_click as click

from moniqo.domain.shared.decoding import decode
from moniqo.domain.shared.errors import Invalid

LONGEST_NUMBER, LONGEST_SEAL = 19, 128


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


class HeadParameter(click.ParamType[tuple[int, str]]):
    """The end of the audit trail's chain, as `audit verify` told it: SEQ:HASH."""

    name = "head"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, str]:
        """See `ParamType`."""
        number, _, seal = str(value).partition(":")
        if not (number.isascii() and number.isdigit() and len(number) < LONGEST_NUMBER):
            self.fail(f"{value} is no head such as 12:k1:9f86d081…", param, ctx)
        if not 0 < len(seal) <= LONGEST_SEAL:
            self.fail(f"{value} has no hash after its number", param, ctx)
        return int(number), seal


INSTANT = InstantParameter()
DECIMAL = DecimalParameter()
HEAD = HeadParameter()


def located(file: str, market_data_dir: Path | None) -> str:
    """The file, looked for in `MARKET_DATA_DIR` too if it is not here."""
    elsewhere = market_data_dir / file if market_data_dir else None
    if not Path(file).exists() and elsewhere is not None and elsewhere.exists():
        return str(elsewhere)
    return file
