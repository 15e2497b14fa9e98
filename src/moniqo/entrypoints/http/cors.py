"""Which pages of other origins may call, and what of an answer they may see."""

from dataclasses import dataclass

from moniqo.entrypoints.http.headers import Scope, header
from moniqo.entrypoints.http.wire import Header

_SENT = (
    b"Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, "
    b"X-Request-ID"
)
_SEEN = (
    b"ETag, Idempotency-Replayed, RateLimit, RateLimit-Limit, RateLimit-Policy, "
    b"RateLimit-Remaining, RateLimit-Reset, Retry-After, X-Request-ID, Deprecation, Sunset, Link"
)
_ALLOWED: tuple[Header, ...] = (
    (b"access-control-allow-credentials", b"true"),
    (b"access-control-expose-headers", _SEEN),
)
_SECONDS = b"600"


@dataclass(frozen=True, slots=True)
class Cors:
    """Lets in pages of exactly these origins; each is named alone, never a pattern."""

    origins: frozenset[bytes] = frozenset()

    def headers(self, scope: Scope) -> tuple[Header, ...]:
        """What lets the page read the answer; nothing if it may not, or if no page asks."""
        origin = self._origin(scope) if self.origins else None
        return () if origin is None else ((b"access-control-allow-origin", origin), *_ALLOWED)

    def preflight(self, scope: Scope, allow: str) -> tuple[Header, ...]:
        """What a page may send to a route with these methods, if it asks beforehand."""
        if not is_preflight(scope) or self._origin(scope) is None:
            return ()
        return (
            (b"access-control-allow-methods", allow.encode()),
            (b"access-control-allow-headers", _SENT),
            (b"access-control-max-age", _SECONDS),
        )

    def _origin(self, scope: Scope) -> bytes | None:
        named = list(header(scope, b"origin"))
        return named[0] if len(named) == 1 and named[0] in self.origins else None


def is_preflight(scope: Scope) -> bool:
    """Whether a browser asks what a page may send, before it sends it."""
    if scope["method"] != "OPTIONS":
        return False
    names = {name for name, _ in scope["headers"]}
    return {b"origin", b"access-control-request-method"} <= names
