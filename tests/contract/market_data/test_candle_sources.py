"""Reading candles from files: as they stand there, or not at all."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from moniqo.adapters.market_data.csv_file import CsvCandles
from moniqo.application.trading.ports import CandleSource
from moniqo.domain.shared.errors import Invalid
from moniqo.domain.trading.market import Timeframe

HEADER = "timestamp_ms,open,high,low,close,volume"
FIRST = "1605571200000,16713.08,16830,16683.63,16806.09,2861.4"
SECOND = "1605574800000,16806.09,16806.93,16666.4,16690.21,0"
SOURCE: CandleSource = CsvCandles()


def written(folder: Path, *lines: str) -> str:
    return written_bytes(folder, "".join(f"{line}\n" for line in lines).encode())


def written_bytes(folder: Path, content: bytes) -> str:
    path = folder / "bars.csv"
    path.write_bytes(content)
    return str(path)


async def refusal(location: str) -> str:
    with pytest.raises(Invalid) as found:
        await SOURCE.read(location, Timeframe.H1)
    assert len(found.value.faults) == 1
    return found.value.message


async def test_rows_come_as_they_are_written(tmp_path: Path) -> None:
    first, second = await SOURCE.read(written(tmp_path, HEADER, FIRST, SECOND), Timeframe.H1)

    assert first.opened_at == datetime(2020, 11, 17, tzinfo=UTC)
    assert (first.open, first.high) == (Decimal("16713.08"), Decimal(16830))
    assert (first.low, first.close) == (Decimal("16683.63"), Decimal("16806.09"))
    assert (second.volume, second.place) == (0, "bars.csv, line 3")


async def test_the_last_line_may_be_without_an_end(tmp_path: Path) -> None:
    location = written_bytes(tmp_path, f"{HEADER}\n{FIRST}".encode())

    assert len(await SOURCE.read(location, Timeframe.H1)) == 1


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("", "must have 6 columns, has 1"),
        ("1605574800000,1,1,1,1", "must have 6 columns, has 5"),
        (SECOND + ",1", "must have 6 columns, has 7"),
        (SECOND + "\r", "must end with LF alone"),
        (SECOND.replace("16806.93", "nan"), "high must be a decimal number such as 12.5"),
        (SECOND.replace("16806.93", "1e5"), "high must be a decimal number such as 12.5"),
        (SECOND.replace("16806.93", ""), "high must be a decimal number such as 12.5"),
        (SECOND.replace("16806.93", " 1"), "high must be a decimal number such as 12.5"),
        (SECOND.replace("16806.93", "١"), "high must be a decimal number such as 12.5"),
        (SECOND.replace("16806.93", "1" * 17), "high must have at most 16 digits before the"),
        (SECOND.replace("16806.93", "1\x00"), "has a NUL character"),
        (SECOND + "0" * 1000, "is too long"),
        ("-" + SECOND, "timestamp_ms must be a whole number of milliseconds since 1970"),
        ("1605574800000.0" + SECOND[13:], "timestamp_ms must be a whole number of"),
        ("1605574800001" + SECOND[13:], "timestamp_ms is not on the timeframe's grid"),
        (FIRST, "timestamp_ms is there twice"),
        ("1605567600000" + SECOND[13:], "timestamp_ms must come after the line before"),
    ],
)
async def test_a_faulty_line_is_named_with_the_reason(
    tmp_path: Path, line: str, reason: str
) -> None:
    message = await refusal(written(tmp_path, HEADER, FIRST, line, SECOND))

    assert message.startswith(f"bars.csv, line 3: {reason}")


async def test_bytes_that_are_no_text_are_named(tmp_path: Path) -> None:
    location = written_bytes(tmp_path, f"{HEADER}\n{FIRST}\n".encode() + b"\xff\xfe\n")

    assert await refusal(location) == "bars.csv, line 3: is not UTF-8."


@pytest.mark.parametrize(
    "header", ["", "time,open,high,low,close,volume", "\ufeff" + HEADER, HEADER + ","]
)
async def test_another_header_is_refused(tmp_path: Path, header: str) -> None:
    message = await refusal(written(tmp_path, header, FIRST))

    assert message == f"bars.csv, line 1: the header must be {HEADER}."


async def test_an_empty_file_has_no_header(tmp_path: Path) -> None:
    assert "line 1: the header" in await refusal(written(tmp_path))


async def test_a_header_without_candles_is_refused(tmp_path: Path) -> None:
    assert await refusal(written(tmp_path, HEADER)) == "bars.csv, line 2: there is no candle."


async def test_a_file_that_cannot_be_read_is_named_with_the_reason(tmp_path: Path) -> None:
    missing = tmp_path / "none.csv"

    assert await refusal(str(missing)) == f"{missing}: cannot be read: No such file or directory."
    assert await refusal(str(tmp_path)) == f"{tmp_path}: cannot be read: Is a directory."
