"""Phone numbers: a country's own, written one way."""

import sys

import pytest

from moniqo.adapters.identity.phone_numbers import LibraryPhoneNumbers
from moniqo.application.identity.ports import PhoneNumbers
from moniqo.domain.identity.user import PhoneNumber
from moniqo.domain.shared.errors import Invalid, Unavailable

NUMBERS: PhoneNumbers = LibraryPhoneNumbers()


@pytest.mark.parametrize(
    ("code", "number"),
    [("+49", "15112345678"), ("1", "2025550123"), ("+39", "3123456789"), ("+90", "5321234567")],
)
def test_a_number_of_the_country_is_kept_with_a_plus(code: str, number: str) -> None:
    canonical = NUMBERS.canonical(PhoneNumber(code, number))

    assert canonical == PhoneNumber(f"+{code.removeprefix('+')}", number)
    assert NUMBERS.canonical(canonical) == canonical


@pytest.mark.parametrize(
    ("code", "number"),
    [("+999", "12345678"), ("+49", "1234"), ("+1", "15112345678"), ("+4", "915112345678")],
)
def test_a_number_that_the_country_has_not_is_refused(code: str, number: str) -> None:
    with pytest.raises(Invalid) as refused:
        NUMBERS.canonical(PhoneNumber(code, number))

    assert [fault.field for fault in refused.value.faults] == ["phone_number"]


def test_without_the_library_numbers_cannot_be_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "phonenumbers", None)

    with pytest.raises(Unavailable, match="phone"):
        NUMBERS.canonical(PhoneNumber("+49", "15112345678"))
