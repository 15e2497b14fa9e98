"""E-mail addresses: one form each, none that only looks like another."""

import pytest

from moniqo.adapters.identity.email_addresses import ValidatedEmailAddresses
from moniqo.application.identity.ports import EmailAddresses
from moniqo.domain.shared.errors import Invalid

ADDRESSES: EmailAddresses = ValidatedEmailAddresses()


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("ada@example.com", "ada@example.com"),
        ("Ada.L+x@EXAMPLE.Com", "ada.l+x@example.com"),
        ("ada@bücher.example.com", "ada@xn--bcher-kva.example.com"),
        ("ada@ｅxample。com", "ada@example.com"),
        ("o'neil@example.co.uk", "o'neil@example.co.uk"),
    ],
)
def test_an_address_has_one_form(text: str, canonical: str) -> None:
    assert ADDRESSES.canonical(text).value == canonical
    assert ADDRESSES.canonical(canonical).value == canonical


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ada",
        "ada@",
        "ada@localhost",
        "@example.com",
        "ada@@example.com",
        "a..b@example.com",
        ".a@example.com",
        '"a b"@example.com',
        "ada@[127.0.0.1]",
        "Ada <ada@example.com>",
        " ada@example.com",
        "ada@example.com\n",
        "ada@example.com\r\nBcc: eve@example.com",
        "ada@exam\x00ple.com",
        "ada@test",
        "ｕser@example.com",
        "ﬀ@example.com",
        "admın@example.com",
        "\u212aelvin@example.com",
        "аda@example.com",
        "\ud800@example.com",
        "x" * 65 + "@example.com",
        "x@" + "y" * 300 + ".com",
    ],
)
def test_what_is_no_address_or_looks_like_another_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        ADDRESSES.canonical(text)

    assert [fault.field for fault in refused.value.faults] == ["email"]
