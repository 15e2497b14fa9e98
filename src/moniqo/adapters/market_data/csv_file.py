"""Candles from a CSV file: `timestamp_ms,open,high,low,close,volume`, one bar a line."""

import asyncio
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO

from moniqo.application.trading.ports import CandleRow
from moniqo.domain.shared.decoding import decode
from moniqo.domain.shared.errors import Fault, Invalid
from moniqo.domain.trading.market import Timeframe

HEADER = "timestamp_ms,open,high,low,close,volume"
COLUMNS = HEADER.split(",")
LONGEST_LINE = 1000
_EPOCH = datetime.fromtimestamp(0, tz=UTC)
_STAMP = re.compile(r"[0-9]{1,14}", re.ASCII)


class CsvCandles:
    """See `CandleSource`. The location is a path.

    UTF-8, LF, a header, ascending stamps of the bars' opening in epoch milliseconds, plain
    decimals. Whatever deviates is refused with file, line and reason.
    """

    async def read(self, location: str, timeframe: Timeframe) -> list[CandleRow]:
        """See `CandleSource`."""
        return await asyncio.to_thread(_read, Path(location), timeframe)


def _read(path: Path, timeframe: Timeframe) -> list[CandleRow]:
    try:
        with path.open("rb") as file:
            rows = list(_rows(path.name, file, timeframe))
    except OSError as problem:
        reason = f"cannot be read: {problem.strerror}"
        raise Invalid(f"{path}: {reason}.", faults=(Fault(str(path), reason),)) from None
    if not rows:
        raise _wrong(_place(path.name, 2), "there is no candle")
    return rows


def _rows(name: str, file: BinaryIO, timeframe: Timeframe) -> Iterator[CandleRow]:
    step = timeframe.duration // timedelta(milliseconds=1)
    if _text(_place(name, 1), file.readline(LONGEST_LINE)) != HEADER:
        raise _wrong(_place(name, 1), f"the header must be {HEADER}")
    last, number = -1, 1
    while raw := file.readline(LONGEST_LINE):
        number += 1
        place = _place(name, number)
        stamp, *figures = _columns(place, _text(place, raw))
        opened = _stamp(place, stamp, step)
        if opened <= last:
            reason = "is there twice" if opened == last else "must come after the line before"
            raise _wrong(place, f"timestamp_ms {reason}")
        last = opened
        values = [_decimal(place, *item) for item in zip(COLUMNS[1:], figures, strict=True)]
        yield CandleRow(place, _EPOCH + timedelta(milliseconds=opened), *values)


def _text(place: str, raw: bytes) -> str:
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        raise _wrong(place, "is not UTF-8") from None
    if "\x00" in text:
        raise _wrong(place, "has a NUL character")
    if len(raw) == LONGEST_LINE:
        raise _wrong(place, "is too long")
    if "\r" in text:
        raise _wrong(place, "must end with LF alone")
    return text.removesuffix("\n")


def _columns(place: str, line: str) -> list[str]:
    found = line.split(",")
    if len(found) != len(COLUMNS):
        raise _wrong(place, f"must have {len(COLUMNS)} columns, has {len(found)}")
    return found


def _stamp(place: str, text: str, step: int) -> int:
    if not _STAMP.fullmatch(text):
        raise _wrong(place, "timestamp_ms must be a whole number of milliseconds since 1970")
    if int(text) % step:
        raise _wrong(place, "timestamp_ms is not on the timeframe's grid")
    return int(text)


def _decimal(place: str, column: str, text: str) -> Decimal:
    try:
        return decode(Decimal, text)
    except Invalid as problem:
        raise _wrong(place, f"{column} {problem.faults[0].message}") from None


def _place(name: str, number: int) -> str:
    return f"{name}, line {number}"


def _wrong(place: str, reason: str) -> Invalid:
    return Invalid(f"{place}: {reason}.", faults=(Fault(place, reason),))
