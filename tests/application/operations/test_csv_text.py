"""CSV is what Python's own reader takes it for, and nothing that a spreadsheet would obey."""

import csv
import io
from datetime import UTC, datetime
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moniqo.application.operations.csv_text import cell, csv_text

TEXTS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]))


def read(text: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.decode(), newline=""), strict=True))


@pytest.mark.parametrize(
    "text",
    [
        '=HYPERLINK("https://evil.test","x")',
        "+1",
        "-1",
        "@SUM(1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "\t",
        '"=1+1',
        "'=1+1",
        "\"'+1",
        " =1",
        "\u00a0=1",
        "\uff1d1",
        "\uff0b1",
    ],
)
def test_s75_what_a_spreadsheet_would_take_for_a_formula_is_text(text: str) -> None:
    assert cell(text) == f"'{text}"
    assert read(csv_text([[text, "next"]])) == [[f"'{text}", "next"]]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Ada;=1+1", "Ada;'=1+1"),
        ('Ada; "=1+1', "Ada;' \"=1+1"),
        (";;+1;a;-", ";;'+1;a;'-"),
        ("=1;=2", "'=1;'=2"),
    ],
)
def test_s75_neither_is_what_one_would_take_for_a_cell_of_its_own(text: str, shown: str) -> None:
    assert read(csv_text([[text, "next"]])) == [[shown, "next"]]


@pytest.mark.parametrize(
    "text", ["", "Ada", "a=b", "a; b=", "1-2", "O'Neill", 'the "One"', "a@b.test", "'"]
)
def test_any_other_text_is_left_as_it_is(text: str) -> None:
    assert read(csv_text([[text, "next"]])) == [[text, "next"]]


def test_rows_follow_the_standard() -> None:
    rows = [["a,b", 'say "x"', "two\r\nlines"], ["ä", "", "c"]]

    assert csv_text(rows) == '"a,b","say ""x""","two\r\nlines"\r\nä,,c\r\n'.encode()


def test_what_is_no_text_stands_in_its_plain_form() -> None:
    instant = datetime(2026, 1, 2, 3, 4, 5, 678900, UTC)

    assert csv_text([[None, True, False, 7, instant]]) == (
        b",true,false,7,2026-01-02T03:04:05.678Z\r\n"
    )


@given(st.lists(st.lists(TEXTS, min_size=2, max_size=4), max_size=4))
def test_whatever_is_written_is_read_back_and_begins_no_formula(rows: list[list[str]]) -> None:
    found = read(csv_text(rows))

    pairs = zip(chain(*found), chain(*rows), strict=True)
    assert all(text.replace("'", "") == was.replace("'", "") for text, was in pairs)
    parts = [part for row in found for text in row for part in text.split(";")]
    assert not [part for part in parts if part[:1] in "=+-@" and part]
    assert not [text for row in found for text in row if text[:1] in "\t\r" and text]
