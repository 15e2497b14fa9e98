"""Rules of fields, and exact arithmetic."""

from decimal import Decimal, getcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moniqo.domain.shared.decimals import canonical, exact, floor_to, storable
from moniqo.domain.shared.rules import (
    JsonSize,
    Length,
    Pattern,
    Range,
    decimal_fault,
    integer_fault,
    stored_fault,
    text_fault,
)

ELEVEN_PLACES = st.decimals(0, 10**9, places=11)


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ("ab", None),
        ("abc", None),
        ("a", "must have 2 to 3 characters, has 1"),
        ("abcd", "must have 2 to 3 characters, has 4"),
        ("ëë", None),
        ((1,), "must have 2 to 3 items, has 1"),
        ({1: 2, 3: 4}, None),
    ],
)
def test_lengths_include_their_bounds(value: object, fault: str | None) -> None:
    assert Length(2, 3).fault(value) == fault


@pytest.mark.parametrize(
    ("rule", "value", "fault"),
    [
        (Range(above=0), 1, None),
        (Range(above=0), 0, "must be above 0"),
        (Range(least=0), 0, None),
        (Range(least=0), Decimal("-0.1"), "must be at least 0"),
        (Range(most=1), 1, None),
        (Range(most=Decimal("0.5")), 1, "must be at most 0.5"),
        (Range(), -1, None),
        (Range(above=0, most=1), 2, "must be at most 1"),
    ],
)
def test_ranges_include_all_bounds_but_above(rule: Range, value: object, fault: str | None) -> None:
    assert rule.fault(value) == fault


def test_patterns_are_of_the_whole_text() -> None:
    rule = Pattern(r"[a-z]+", "small letters")

    assert rule.fault("abc") is None
    for text in ("", "abc1", "1abc", "abc\n"):
        assert rule.fault(text) == "must be small letters"


@pytest.mark.parametrize("text", ["", "plain", "ë", "𝄞", "\x01"])
def test_texts_that_every_store_keeps(text: str) -> None:
    assert text_fault(text) is None


@pytest.mark.parametrize("text", ["a\x00", "\x00ë", "\ud800", "ë\udfff"])
def test_texts_that_some_store_would_lose(text: str) -> None:
    assert text_fault(text) is not None


def test_integers_fit_64_bits() -> None:
    assert integer_fault(2**63 - 1) is None
    assert integer_fault(-(2**63)) is None
    assert integer_fault(2**63) == integer_fault(-(2**63) - 1) == "must fit 64 bits"


@pytest.mark.parametrize("text", ["0", "-0", "0E+99", "9" * 16, f"-{'9' * 16}.{'9' * 18}", "1E+15"])
def test_decimals_that_every_store_keeps(text: str) -> None:
    assert decimal_fault(Decimal(text)) is None


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("NaN", "must be a finite number"),
        ("sNaN", "must be a finite number"),
        ("-Infinity", "must be a finite number"),
        ("1E+16", "must have at most 16 digits before the point"),
        ("1E+999999", "must have at most 16 digits before the point"),
        ("1E-19", "must have at most 18 digits after the point"),
        ("1E-999999", "must have at most 18 digits after the point"),
        (f"1.{'0' * 18}1", "must have at most 18 digits after the point"),
    ],
)
def test_decimals_that_some_store_would_lose(text: str, fault: str) -> None:
    assert decimal_fault(Decimal(text)) == fault


@pytest.mark.parametrize(
    ("value", "stored"),
    [("a", True), ("\x00", False), (1, True), (2**64, False), (Decimal(1), True), (1.5, True)],
)
def test_any_atom_is_judged_by_its_type(*, value: object, stored: bool) -> None:
    assert (stored_fault(value) is None) is stored


def test_a_decimal_beyond_what_is_kept_is_no_atom_either() -> None:
    assert stored_fault(Decimal("1E-19")) is not None


# Arithmetic


@given(ELEVEN_PLACES, ELEVEN_PLACES, ELEVEN_PLACES)
def test_products_of_three_stored_decimals_are_exact(
    first: Decimal, second: Decimal, third: Decimal
) -> None:
    product = exact(lambda: first * second * third)()

    assert Fraction(product) == Fraction(first) * Fraction(second) * Fraction(third)


def test_precision_is_as_before_afterwards() -> None:
    before = getcontext().prec

    inside = exact(lambda: getcontext().prec)()

    assert inside > before
    assert getcontext().prec == before


@given(ELEVEN_PLACES, st.sampled_from(["0.000001", "0.01", "5", "0.3"]))
def test_flooring_gives_the_largest_multiple_that_does_not_pass(value: Decimal, step: str) -> None:
    size = Decimal(step)

    floored = floor_to(value, size)

    assert floored <= value < floored + size
    assert Fraction(floored) / Fraction(size) % 1 == 0


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("1.5", "1.5"),
        ("1.50", "1.50"),
        ("0.0000000000000000005", "0E-18"),
        ("0.0000000000000000015", "2E-18"),
        ("0.0000000000000000025", "2E-18"),
    ],
)
def test_what_is_too_fine_is_rounded_half_even(value: str, kept: str) -> None:
    assert str(storable(Decimal(value))) == kept


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0", "0"),
        ("-0.00", "0"),
        ("1.500", "1.5"),
        ("100", "100"),
        ("1E+3", "1000"),
        ("1E-7", "0.0000001"),
        ("-2.0", "-2"),
    ],
)
def test_a_decimal_has_one_text(value: str, text: str) -> None:
    assert canonical(Decimal(value)) == text


@given(st.decimals(-(10**16) + 1, 10**16 - 1, places=18))
def test_the_text_of_a_decimal_is_exact(value: Decimal) -> None:
    assert Decimal(canonical(value)) == value


@pytest.mark.parametrize(
    ("value", "fits"),
    [
        ({"a": "é"}, True),
        ({"a": "éé"}, False),
        ({"a": 12345}, False),
        ({"a": [1]}, True),
        ({"a": "\ud800"}, False),
    ],
)
def test_a_free_object_is_measured_as_json_in_utf8(value: dict[str, object], *, fits: bool) -> None:
    message = JsonSize(10).fault(value)

    assert (message is None) is fits
    assert fits or str(message).startswith("must have at most 10 bytes as JSON, has 1")
