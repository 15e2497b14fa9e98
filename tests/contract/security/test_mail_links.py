"""The texts of mailed links: unguessable, the same every time, one text for one purpose."""

import pytest

from moniqo.adapters.security.hmac_mail_links import HmacMailLinks
from moniqo.application.identity.ports import MailLinks
from moniqo.domain.identity.mail_token import MailPurpose, MailToken, MailTokenId
from moniqo.domain.shared.ids import UserId
from support.clock import SettableClock
from support.store import CountingIds

NEW, OLD = b"n" * 32, b"o" * 32
IDS = CountingIds()
TOKEN = MailTokenId(IDS.new())


def links(*keys: bytes) -> MailLinks:
    return HmacMailLinks(keys=keys or (NEW,))


def test_a_link_is_derived_alike_every_time_and_everywhere() -> None:
    assert links().issue(TOKEN, MailPurpose.RESET) == links().issue(TOKEN, MailPurpose.RESET)


def test_another_token_purpose_or_key_gives_another_link() -> None:
    made = {
        links().issue(TOKEN, MailPurpose.RESET).text,
        links().issue(TOKEN, MailPurpose.VERIFY).text,
        links().issue(MailTokenId(IDS.new()), MailPurpose.RESET).text,
        links(OLD).issue(TOKEN, MailPurpose.RESET).text,
    }

    assert len(made) == 4


def test_a_link_says_whose_it_is_for_its_own_purpose_only() -> None:
    text = links().issue(TOKEN, MailPurpose.RESET).text

    assert links().read(text, MailPurpose.RESET) == TOKEN
    assert links().read(text, MailPurpose.VERIFY) is None


def test_a_link_holds_as_long_as_its_key_is_listed() -> None:
    text = links(OLD).issue(TOKEN, MailPurpose.VERIFY).text

    assert links(NEW, OLD).read(text, MailPurpose.VERIFY) == TOKEN
    assert links(NEW).read(text, MailPurpose.VERIFY) is None


def test_the_same_link_is_given_again_by_whichever_key_made_it() -> None:
    made = links(OLD).issue(TOKEN, MailPurpose.VERIFY)
    kept = MailToken(
        id=TOKEN,
        user_id=UserId(IDS.new()),
        purpose=MailPurpose.VERIFY,
        token_hash=made.hash,
        expires_at=SettableClock().now(),
    )

    assert links(NEW, OLD).reissue(kept) == made
    assert links(NEW).reissue(kept) is None


def test_the_hash_does_not_give_the_link_away() -> None:
    link = links().issue(TOKEN, MailPurpose.RESET)

    assert link.hash.value not in link.text


@pytest.mark.parametrize(
    "text",
    ["", "a" * 63, "a" * 65, "é" * 64, "=" * 64, "+/" * 32, " " * 64, "a" * 64, "a" * 63 + "\n"],
)
def test_what_has_another_form_is_no_link(text: str) -> None:
    assert links().read(text, MailPurpose.RESET) is None


def test_a_link_with_one_letter_changed_is_none() -> None:
    text = links().issue(TOKEN, MailPurpose.RESET).text
    changed = [
        text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :] for at in range(len(text))
    ]

    assert not any(links().read(other, MailPurpose.RESET) for other in changed)
