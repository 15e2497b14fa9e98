"""Tables as CSV that spreadsheets show and do not obey."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

_BEGUN = r"""[\s"']*[=+\-@\uff1d\uff0b\uff0d\uff20]"""
_FORMULA = re.compile(rf"""{_BEGUN}|["']*[\t\r\n]""")
"""What a spreadsheet reads as a formula, also behind quotes and blanks or in full width."""
_WITHIN = re.compile(rf";(?={_BEGUN})")
"""The same for one that takes a semicolon for the end of a cell, as where commas are decimal."""


def csv_text(rows: Iterable[Sequence[object]]) -> bytes:
    """The rows by RFC 4180: CRLF after each, what needs it in quotes; in UTF-8, without a mark.

    Instants are RFC 3339 in UTC, truth is `true` or `false`, nothing is an empty cell. A text that
    a spreadsheet would take for a formula begins with an apostrophe, and so does such a part of it.
    """
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(
        [cell(value) for value in row] for row in rows
    )
    return text.getvalue().encode()


def cell(value: object) -> str:
    """A value as it stands in its cell, before quoting."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    text = _WITHIN.sub(";'", str(value))
    return f"'{text}" if _FORMULA.match(text) else text
