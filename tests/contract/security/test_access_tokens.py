"""Access tokens: genuine ones say who calls, anything else is refused."""

import base64
import json
from datetime import timedelta
from typing import Any

import jwt
import pytest

from moniqo.adapters.security.jwt_access_tokens import JwtAccessTokens, Terms
from moniqo.adapters.security.keys import KeyRing
from moniqo.application.identity.ports import AccessTokens
from moniqo.domain.shared.errors import TokenExpired, Unauthenticated
from moniqo.domain.shared.ids import SessionId, UserId
from support.clock import SettableClock
from support.store import CountingIds

NEW, OLD = b"n" * 32, b"o" * 32
IDS = CountingIds()
USER, SESSION = UserId(IDS.new()), SessionId(IDS.new())
CLOCK = SettableClock()


def tokens(*keys: bytes, clock: SettableClock = CLOCK, **terms: Any) -> AccessTokens:
    return JwtAccessTokens(keys=keys or (NEW,), clock=clock, ids=IDS, terms=Terms(**terms))


def named(keys: dict[str, bytes]) -> AccessTokens:
    return JwtAccessTokens(keys=keys, clock=CLOCK, ids=IDS, terms=Terms())


def issued(*keys: bytes, **terms: Any) -> str:
    return tokens(*keys, **terms).issue(user_id=USER, session_id=SESSION, role="User").text


def forged(header: dict[str, Any], payload: dict[str, Any], key: bytes = NEW) -> str:
    """Signed by the right key, yet not made here."""
    secret = KeyRing([key], purpose="access tokens")
    return jwt.encode(payload, secret.key, "HS256", headers={"kid": secret.current} | header)


def claims() -> dict[str, Any]:
    return jwt.decode(issued(), options={"verify_signature": False})


def test_a_token_says_who_calls_in_which_session() -> None:
    read = tokens().read(issued())

    assert (read.user_id, read.session_id) == (USER, SESSION)


def test_a_token_has_every_claim_and_no_more() -> None:
    assert claims().keys() == {"iss", "aud", "sub", "sid", "typ", "role", "iat", "exp", "jti"}
    assert claims()["jti"] != claims()["jti"]
    assert claims()["exp"] - claims()["iat"] == 1800


def test_a_token_expires_to_the_second() -> None:
    clock = SettableClock()
    mine = tokens(clock=clock, lifetime=timedelta(seconds=60))
    text = mine.issue(user_id=USER, session_id=SESSION, role="User").text

    clock.advance(seconds=59.999)
    assert mine.read(text)
    clock.advance(milliseconds=1)
    with pytest.raises(TokenExpired):
        mine.read(text)


def test_every_listed_key_verifies_and_the_first_signs() -> None:
    old = issued(OLD)

    assert tokens(NEW, OLD).read(old)
    assert tokens(NEW).read(issued(NEW, OLD))
    with pytest.raises(Unauthenticated):
        tokens(NEW).read(old)


def test_a_token_names_its_key_as_the_operator_does() -> None:
    both = named({"2026-11": NEW, "2026-05": OLD})

    text = both.issue(user_id=USER, session_id=SESSION, role="User").text

    assert jwt.get_unverified_header(text) == {"alg": "HS256", "typ": "JWT", "kid": "2026-11"}
    assert named({"2026-11": NEW}).read(text)
    with pytest.raises(Unauthenticated):
        named({"2026-05": OLD}).read(text)


def test_a_name_given_to_another_key_verifies_nothing() -> None:
    text = named({"main": OLD}).issue(user_id=USER, session_id=SESSION, role="User").text

    with pytest.raises(Unauthenticated):
        named({"main": NEW}).read(text)


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
def test_another_algorithm_than_the_chosen_one_is_refused(algorithm: str) -> None:
    text = issued(algorithm=algorithm)

    assert tokens(algorithm=algorithm).read(text)
    with pytest.raises(Unauthenticated):
        tokens().read(text)


@pytest.mark.parametrize("other", [{"issuer": "evil"}, {"audience": "evil"}])
def test_a_token_for_or_from_somebody_else_is_refused(other: dict[str, str]) -> None:
    with pytest.raises(Unauthenticated):
        tokens().read(issued(**other))


@pytest.mark.parametrize(
    "header",
    [
        {"kid": "unknown"},
        {"kid": "../../x"},
        {"kid": ["a"]},
        {"kid": "x" * 1_000_000},
        {"jku": "https://evil.test/keys"},
        {"jwk": {"kty": "oct", "k": "AAAA"}},
        {"x5u": "https://evil.test/cert"},
        {"crit": ["x"], "x": 1},
        {"b64": False, "crit": ["b64"]},
        {"typ": None},
    ],
)
def test_a_header_that_is_not_ours_is_refused(header: dict[str, Any]) -> None:
    parts = forged({}, claims()).split(".")
    head = json.loads(base64.urlsafe_b64decode(parts[0] + "=="))
    text = json.dumps({name: item for name, item in (head | header).items() if item is not None})
    signed = base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    with pytest.raises(Unauthenticated):
        tokens().read(".".join([signed, *parts[1:]]))


@pytest.mark.parametrize("algorithm", ["none", "None", "nOnE", "RS256"])
def test_another_algorithm_in_the_header_is_refused(algorithm: str) -> None:
    head, body, signature = issued().split(".")
    fields = json.loads(base64.urlsafe_b64decode(head + "==")) | {"alg": algorithm}
    other = base64.urlsafe_b64encode(json.dumps(fields).encode()).decode().rstrip("=")

    for text in (f"{other}.{body}.{signature}", f"{other}.{body}.", f"{head}.{body}."):
        with pytest.raises(Unauthenticated):
            tokens().read(text)


@pytest.mark.parametrize(
    "changes",
    [
        {"typ": "refresh"},
        {"sub": "not an id"},
        {"sid": None},
        {"exp": "9999999999"},
        {"exp": 9999999999.5},
        {"jti": None},
        {"sub": 7},
    ],
)
def test_a_signed_token_of_another_shape_is_refused(changes: dict[str, Any]) -> None:
    payload = {name: item for name, item in (claims() | changes).items() if item is not None}

    with pytest.raises(Unauthenticated):
        tokens().read(forged({}, payload))


@pytest.mark.parametrize("text", ["", ".", "..", "....", "a.b.c", "é.é.é", "\ud800", "{}"])
def test_what_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(Unauthenticated):
        tokens().read(text)


def test_a_changed_payload_is_refused() -> None:
    head, _, signature = issued().split(".")
    body = json.dumps(claims() | {"role": "Superadmin"}).encode()
    other = base64.urlsafe_b64encode(body).decode().rstrip("=")

    with pytest.raises(Unauthenticated):
        tokens().read(f"{head}.{other}.{signature}")


def test_weak_settings_are_refused_at_the_start() -> None:
    for keys in ((), (b"short",), (NEW, b"short")):
        with pytest.raises(ValueError, match="32 bytes"):
            JwtAccessTokens(keys=keys, clock=CLOCK, ids=IDS, terms=Terms())
    with pytest.raises(ValueError, match="algorithm"):
        tokens(algorithm="none")
