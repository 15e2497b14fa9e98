"""Access tokens as signed JWTs."""

from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

import jwt

from moniqo.adapters.security.keys import KeyRing, Keys
from moniqo.application.identity.ports import AccessClaims, AccessToken
from moniqo.application.shared.system import Clock, Ids
from moniqo.domain.shared.errors import TokenExpired, Unauthenticated
from moniqo.domain.shared.ids import SessionId, UserId

ALGORITHMS = ("HS256", "HS384", "HS512")
_CLAIMS = ("iss", "aud", "sub", "sid", "typ", "role", "iat", "exp", "jti")
_LONGEST = 4096
_REMEMBERED = 4096


@dataclass(frozen=True, slots=True)
class Terms:
    """Who issues tokens, for whom, for how long, signed by which of `ALGORITHMS`."""

    issuer: str = "moniqo"
    audience: str = "moniqo"
    lifetime: timedelta = timedelta(minutes=30)
    algorithm: str = "HS256"


class JwtAccessTokens:
    """See `AccessTokens`. The first key signs, every key verifies; a token names its key."""

    def __init__(self, *, keys: Keys, clock: Clock, ids: Ids, terms: Terms) -> None:
        if terms.algorithm not in ALGORITHMS:
            raise ValueError(f"algorithm: one of {', '.join(ALGORITHMS)}")
        self._keys = KeyRing(keys, purpose="access tokens")
        self._clock = clock
        self._ids = ids
        self._terms = terms
        # A signature that held once holds for good; the time is looked at on every reading.
        self._verified = lru_cache(_REMEMBERED)(self._verify)

    def issue(self, *, user_id: UserId, session_id: SessionId, role: str) -> AccessToken:
        """See `AccessTokens`."""
        now = int(self._clock.now().timestamp())
        seconds = int(self._terms.lifetime.total_seconds())
        payload = {
            "iss": self._terms.issuer,
            "aud": self._terms.audience,
            "sub": str(user_id),
            "sid": str(session_id),
            "typ": "access",
            "role": role,
            "iat": now,
            "exp": now + seconds,
            "jti": str(self._ids.new()),
        }
        header = {"kid": self._keys.current}
        text = jwt.encode(payload, self._keys.key, self._terms.algorithm, headers=header)
        return AccessToken(text, seconds)

    def read(self, text: str) -> AccessClaims:
        """See `AccessTokens`."""
        try:
            claims, expires = self._verified(text)
        except (jwt.InvalidTokenError, ValueError, TypeError, KeyError) as error:
            raise Unauthenticated("The access token is not valid.") from error
        if self._clock.now().timestamp() >= expires:
            raise TokenExpired("The access token has expired.")
        return claims

    def _verify(self, text: str) -> tuple[AccessClaims, int]:
        payload = self._payload(text)
        expires = payload["exp"]
        if payload["typ"] != "access" or type(expires) is not int:
            raise ValueError("not an access token")
        claims = AccessClaims(UserId(UUID(payload["sub"])), SessionId(UUID(payload["sid"])))
        return claims, expires

    def _payload(self, text: str) -> dict[str, Any]:
        if len(text) > _LONGEST:
            raise ValueError("too long")
        header = jwt.get_unverified_header(text)
        key = self._keys.named(header.get("kid"))
        # Exactly the header that is written here: no `crit`, `jku`, `jwk` or `x5u` to obey.
        if key is None or header.keys() != {"alg", "kid", "typ"}:
            raise ValueError("another header")
        return jwt.decode(
            text,
            key,
            algorithms=[self._terms.algorithm],
            audience=self._terms.audience,
            issuer=self._terms.issuer,
            options={"require": list(_CLAIMS), "verify_exp": False, "verify_iat": False},
        )
