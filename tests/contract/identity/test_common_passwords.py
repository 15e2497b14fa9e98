"""Common passwords: those that everybody tries first."""

import pytest
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from moniqo.adapters.identity.common_passwords import ZxcvbnCommonPasswords
from moniqo.application.identity.ports import CommonPasswords
from moniqo.domain.identity.credentials import Password

COMMON: CommonPasswords = ZxcvbnCommonPasswords()


def test_the_ten_thousand_commonest_are_known_in_any_case() -> None:
    ranked = FREQUENCY_LISTS["passwords"][:10_000]

    assert [word for word in ranked if not COMMON.holds(Password(word))] == []
    assert [word for word in ranked if not COMMON.holds(Password(word.upper()))] == []


@pytest.mark.parametrize("text", ["michael", "Princess", "p@ssw0rd", "trustno1", "Basketball"])
def test_names_and_words_among_them_are_known(text: str) -> None:
    assert COMMON.holds(Password(text))


@pytest.mark.parametrize("text", ["Correct-horse-7", "vT9#qLm2$x", "漢字漢字漢字漢字"])
def test_an_uncommon_one_is_not(text: str) -> None:
    assert not COMMON.holds(Password(text))
