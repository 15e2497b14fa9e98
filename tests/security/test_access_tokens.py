"""Tokens that were tampered with, mistaken for others, or sent where none belongs."""

import base64
import json
from collections.abc import Callable
from typing import Any

import jwt
import pytest

from support.arena import Arena, Arenas, Caller

KEYS = ("old:0123456789abcdef0123456789abcdef-old", "new:0123456789abcdef0123456789abcdef-new")
FOREIGN = "0123456789abcdef0123456789abcdef-foreign"
PUBLIC_KEY = (
    "-----BEGIN PUBLIC KEY-----\nMFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAK\n-----END PUBLIC KEY-----"
)
Part = dict[str, Any]


def parts(token: str) -> tuple[Part, Part]:
    """Header and claims."""
    return jwt.get_unverified_header(token), jwt.decode(token, options={"verify_signature": False})


def encoded(part: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def with_header(**changes: Any) -> Callable[[str], str]:
    """The token with another header, and the signature that it had."""

    def forge(token: str) -> str:
        _, claims, signature = token.split(".")
        return f"{encoded(parts(token)[0] | changes)}.{claims}.{signature}"

    return forge


def with_claims(**changes: Any) -> Callable[[str], str]:
    """The token with other claims, and the signature that it had."""

    def forge(token: str) -> str:
        header, _, signature = token.split(".")
        return f"{header}.{encoded(parts(token)[1] | changes)}.{signature}"

    return forge


def signed_by(key: str, algorithm: str = "HS256", **header: Any) -> Callable[[str], str]:
    """The same claims under somebody else's signature."""
    keyed = key.encode()
    # The library itself does not sign with a public key as if it were a secret.
    keyed = keyed if b"PUBLIC" not in keyed else keyed.replace(b"-----", b"")

    def forge(token: str) -> str:
        known, claims = parts(token)
        return jwt.encode(claims, keyed, algorithm, headers={"kid": known["kid"]} | header)

    return forge


FORGERIES: dict[str, Callable[[str], str]] = {
    **{f"alg {name}": with_header(alg=name) for name in ("none", "None", "nOnE", "HS384", "RS256")},
    "alg none without signature": lambda it: with_header(alg="none")(it).rpartition(".")[0] + ".",
    "no signature": lambda it: it.rpartition(".")[0] + ".",
    "no signature and no dot": lambda it: it.rpartition(".")[0],
    "another signature": lambda it: it[:-8] + ("A" * 8 if it[-8:] != "A" * 8 else "B" * 8),
    "somebody else's key": signed_by(FOREIGN),
    "a public key as secret": signed_by(PUBLIC_KEY),
    "an empty key id": with_header(kid=""),
    "an unknown key id": with_header(kid="nobody"),
    "a path as key id": signed_by("\x00", kid="../../../../dev/zero"),
    "SQL as key id": with_header(kid="x' UNION SELECT 'k"),
    "a list as key id": with_header(kid=["x"]),
    "a long key id": with_header(kid="x" * 2**20),
    "jku": signed_by(FOREIGN, jku="http://127.0.0.1:1/keys"),
    "jwk": signed_by(FOREIGN, jwk={"kty": "oct", "k": encoded(FOREIGN)}),
    "x5u": signed_by(FOREIGN, x5u="http://127.0.0.1:1/cert"),
    "crit": with_header(crit=["x"], x=1),
    "b64": with_header(b64=False, crit=["b64"]),
    "embedded enc": with_header(enc="A128GCM", alg="dir"),
    "two dots more": lambda it: f"{it}.x.y",
    "another role": with_claims(role="Superadmin"),
    "a later end": with_claims(exp=2**40),
    "another kind": with_claims(typ="refresh"),
    "no token": lambda _: "x",
    "only dots": lambda _: "..",
    "not base64": lambda it: "*." + it,
}


async def refused(caller: Caller, token: str) -> bool:
    reply = await caller.with_token(token).get("/users/me")
    return reply.outcome == (401, "UNAUTHENTICATED")


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
async def test_s33_a_forged_token_is_refused(any_arena: Arena, forge: Callable[[str], str]) -> None:
    forged = forge(any_arena.a.token)
    head = b"GET /api/v1/users/me HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"

    heard = await any_arena.raw(head + b"Authorization: Bearer " + forged.encode() + b"\r\n\r\n")

    # Of 1 MB the wire itself refuses the header.
    assert (b"HTTP/1.1 401" in heard) or (len(forged) > 60_000 and b"HTTP/1.1 4" in heard)
    assert (await any_arena.a.get("/users/me")).status == 200


@pytest.mark.parametrize("scheme", ["bearer", "Basic", "Token", "", "Bearer Bearer"])
async def test_s33_s47_only_a_bearer_token_counts(any_arena: Arena, scheme: str) -> None:
    header = {"Authorization": f"{scheme} {any_arena.a.token}".strip()}

    reply = await any_arena.x.get("/users/me", headers=header)

    assert reply.status == (200 if scheme == "bearer" else 401)


async def test_s35_no_token_passes_for_another(arena: Arena) -> None:
    person = await arena.person()

    as_bearer = await refused(person, person.refresh_token)
    as_refresh = await person.post("/auth/refresh", {"refresh_token": person.token})

    assert as_bearer
    assert as_refresh.outcome == (401, "UNAUTHENTICATED")
    assert (await person.get("/users/me")).status == 200


async def test_s47_a_token_counts_in_its_header_alone(any_arena: Arena) -> None:
    token = any_arena.a.token

    in_query = await any_arena.x.get("/users/me", params={"access_token": token})
    in_cookie = await any_arena.x.get("/users/me", headers={"Cookie": f"access_token={token}"})
    in_body = await any_arena.x.post("/auth/logout", {"access_token": token})

    assert {reply.status for reply in (in_query, in_cookie, in_body)} == {401}
    assert (await any_arena.a.get("/users/me")).status == 200


@pytest.mark.parametrize("backend", ["sqlite", "postgres"])
async def test_s46_keys_take_turns_and_no_moment_refuses_both(
    own_arena: Arenas, backend: str
) -> None:
    old, new = KEYS
    arena = await own_arena(backend, JWT_SECRET_KEYS=old)
    arena.planted.discard(old)
    first, second = arena.servers
    before = await arena.person()

    first.env = {**first.env, "JWT_SECRET_KEYS": f"{old},{new}"}
    first.restart()
    second.env = {**second.env, "JWT_SECRET_KEYS": f"{new},{old}"}
    second.restart()
    after = await arena.signed_in(before.on(1))

    kids = [parts(caller.token)[0]["kid"] for caller in (before, after)]
    assert len(set(kids)) == 2
    for caller in (before, after):
        for number in range(2):
            assert (await caller.on(number).get("/users/me")).status == 200

    second.env = {**second.env, "JWT_SECRET_KEYS": new}
    second.restart()
    assert (await after.on(1).get("/users/me")).status == 200
    assert (await before.on(1).get("/users/me")).outcome == (401, "UNAUTHENTICATED")
