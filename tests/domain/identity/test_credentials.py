"""Names and passwords have one form."""

import pytest

from moniqo.domain.identity.credentials import Email, Password, TokenHash, Username
from moniqo.domain.shared.errors import Invalid


@pytest.mark.parametrize("text", ["Ada@Example.COM", "ada@example.com"])
def test_an_address_is_lowered(text: str) -> None:
    assert Email(text).value == "ada@example.com"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ada",
        "ada@example",
        "@example.com",
        "a b@example.com",
        "adı@example.com",
        "a@\u212aelvin.com",
    ],
)
def test_what_is_no_plain_address_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        Email(text)

    assert [fault.field for fault in refused.value.faults] == [""]


def test_an_address_has_at_most_254_characters() -> None:
    domain = ".".join(["d" * 61] * 4)

    assert len(Email(f"abcde@{domain}x").value) == 254
    with pytest.raises(Invalid):
        Email(f"abcdef@{domain}x")


def test_a_username_is_lowered() -> None:
    assert Username("Ada_99").value == "ada_99"


@pytest.mark.parametrize("text", ["ab", "a" * 33, "ada lovelace", "ädä", "\u212aelvin", "a\x00b"])
def test_an_odd_username_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        Username(text)


def test_two_ways_to_type_a_letter_give_one_password() -> None:
    assert Password("Cafe\u0301-horse-7") == Password("Café-horse-7")


def test_a_password_is_otherwise_taken_as_it_is() -> None:
    assert Password("  ﬀ two  words ").value == "  ﬀ two  words "


def test_a_password_has_at_most_128_characters_once_normalised() -> None:
    assert len(Password("e\u0301" * 128).value) == 128
    for text in ("", "x" * 129, "x" * 1_000_000, "a\x00bcdefgh", "a\ud800bcdefgh"):
        with pytest.raises(Invalid):
            Password(text)


def test_secrets_do_not_show_themselves() -> None:
    assert "hunter2" not in f"{Password('hunter2')!r} {Password('hunter2')}"


def test_a_token_hash_is_a_digest() -> None:
    with pytest.raises(Invalid):
        TokenHash("not a digest")
