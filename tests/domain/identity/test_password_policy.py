"""Each rule of the password policy is named when it is broken."""

import pytest

from moniqo.domain.identity.credentials import Password
from moniqo.domain.identity.password_policy import password_faults

NAMES = ("ada.lovelace@example.com", "ada.lovelace", "Ada", "Lovelace", "Al")
CLASSES = [
    "must have an upper-case letter",
    "must have a lower-case letter",
    "must have a digit",
    "must have a special character",
]


def faults(text: str, *, classes: bool = True) -> list[str]:
    return list(password_faults(Password(text), names=NAMES, classes=classes))


@pytest.mark.parametrize(
    "text",
    ["Aa1!xyzw", "Zürich-1856", "Aa1 xyzw", "Ada-on-a-tall-1", "Aa1!" + "\U0001f600" * 124],
)
def test_a_good_password_breaks_no_rule(text: str) -> None:
    assert faults(text) == []


def test_seven_characters_are_too_few() -> None:
    assert faults("Aa1!xyz") == ["must have at least 8 characters"]


def test_every_missing_kind_of_character_is_named() -> None:
    assert faults("漢字漢字漢字漢字") == CLASSES
    assert faults("\U0001f600" * 128) == CLASSES[:3]


def test_the_kinds_can_be_dropped() -> None:
    assert faults("correct horse battery", classes=False) == []
    assert faults("漢字漢字漢字漢字", classes=False) == []


@pytest.mark.parametrize("text", ["Lovelace1!", "ADA.lovelace@example.com1!", "Ada.Lovelace1!"])
def test_a_name_with_a_little_around_it_is_refused(text: str) -> None:
    assert faults(text) == ["must not be made of the name or the e-mail address"]


def test_a_short_password_without_names_is_only_short() -> None:
    assert faults("x!", classes=False) == ["must have at least 8 characters"]
