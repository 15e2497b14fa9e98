"""Headers that protect whoever reads an answer."""

from moniqo.entrypoints.http.wire import Header

ALWAYS: tuple[Header, ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
)
NO_CONTENT_POLICY: Header = (
    b"content-security-policy",
    b"default-src 'none'; frame-ancestors 'none'",
)
HSTS: Header = (b"strict-transport-security", b"max-age=63072000; includeSubDomains")
