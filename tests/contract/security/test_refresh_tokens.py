"""Refresh tokens: unguessable, the same every time, one text each."""

import string

import pytest

from moniqo.adapters.security.hmac_refresh_tokens import HmacRefreshTokens
from moniqo.application.identity.ports import RefreshTokens
from moniqo.domain.identity.session import Session
from moniqo.domain.shared.ids import SessionId, UserId
from support.clock import SettableClock
from support.store import CountingIds

NEW, OLD = b"n" * 32, b"o" * 32
IDS = CountingIds()
SESSION = SessionId(IDS.new())
NOW = SettableClock().now()


def tokens(*keys: bytes) -> RefreshTokens:
    return HmacRefreshTokens(keys=keys or (NEW,))


def session(issuer: RefreshTokens, generation: int) -> Session:
    return Session(
        id=SESSION,
        user_id=UserId(IDS.new()),
        refresh_hash=issuer.issue(SESSION, generation).hash,
        generation=generation,
        expires_at=NOW,
        absolute_expires_at=NOW,
        last_used_at=NOW,
    )


def test_a_token_is_derived_alike_every_time_and_everywhere() -> None:
    assert tokens().issue(SESSION, 3) == tokens().issue(SESSION, 3)


def test_another_session_generation_or_key_gives_another_token() -> None:
    made = {
        tokens().issue(SESSION, 0).text,
        tokens().issue(SESSION, 1).text,
        tokens().issue(SessionId(IDS.new()), 0).text,
        tokens(OLD).issue(SESSION, 0).text,
    }

    assert len(made) == 4


def test_a_token_says_which_it_is() -> None:
    token = tokens().issue(SESSION, 7)

    claim = tokens().read(token.text)

    assert claim is not None
    assert (claim.session_id, claim.generation, claim.hash) == (SESSION, 7, token.hash)
    assert claim.is_genuine


def test_a_token_by_an_unknown_key_is_read_but_not_genuine() -> None:
    text = tokens(OLD).issue(SESSION, 0).text

    known, unknown = tokens(NEW, OLD).read(text), tokens(NEW).read(text)

    assert known is not None
    assert unknown is not None
    assert (known.is_genuine, unknown.is_genuine) == (True, False)


def test_the_hash_does_not_give_the_token_away() -> None:
    token = tokens().issue(SESSION, 0)

    assert token.hash.value not in token.text
    assert len(token.hash.value) == 64


def test_the_present_token_is_given_again_by_whichever_key_made_it() -> None:
    held = session(tokens(OLD), 2)

    assert tokens(NEW, OLD).reissue(held) == tokens(OLD).issue(SESSION, 2)
    assert tokens(NEW).reissue(held) is None


def test_a_token_has_one_text() -> None:
    text = tokens().issue(SESSION, 0).text

    others = [text[:-1] + letter for letter in string.ascii_letters if letter != text[-1]]

    claims = [tokens().read(other) for other in others]
    assert not any(claim and claim.is_genuine for claim in claims)


@pytest.mark.parametrize("text", ["", "a" * 69, "a" * 71, "é" * 70, "=" * 70, "+/" * 35, " " * 70])
def test_what_has_another_form_is_no_token(text: str) -> None:
    assert tokens().read(text) is None
