"""How SQL keeps what it has no type for."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moniqo.adapters.persistence.sql.values import json_text, number, sortable
from support.strategies import decimals, json_objects


@given(decimals(), decimals())
def test_decimals_as_text_sort_as_numbers_do(one: Decimal, other: Decimal) -> None:
    assert (sortable(one) < sortable(other)) == (one < other)
    assert (sortable(one) == sortable(other)) == (one == other)


@given(decimals())
def test_a_decimal_comes_back_from_its_text(value: Decimal) -> None:
    assert number(sortable(value)) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0", "0000000000000000."),
        ("-0.00", "0000000000000000."),
        ("12.50", "0000000000000012.5"),
        ("1E+3", "0000000000001000."),
        ("-1", "-9999999999999999000000000000000000"),
        ("-0.000000000000000001", "-9999999999999999999999999999999999"),
    ],
)
def test_the_text_of_a_decimal_is_as_described(value: str, text: str) -> None:
    assert sortable(Decimal(value)) == text


def as_decimals_would_keep_it(text: str) -> object:
    """Read JSON as a database does that keeps numbers as decimals and writes them out in full."""
    written = json.loads(text, parse_float=Decimal, parse_int=int)
    return json.loads(_in_full(written))


def _in_full(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(k)}:{_in_full(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_in_full, value)) + "]"
    return format(value, "f") if isinstance(value, Decimal) else json.dumps(value)


@given(json_objects)
def test_json_survives_a_database_that_keeps_numbers_as_decimals(value: object) -> None:
    assert as_decimals_would_keep_it(json_text(value)) == value


@given(st.text(alphabet='1e+"\\5.', max_size=12))
def test_text_that_looks_like_a_number_is_left_alone(text: str) -> None:
    assert json.loads(json_text({text: [text, 1e300]})) == {text: [text, 1e300]}
