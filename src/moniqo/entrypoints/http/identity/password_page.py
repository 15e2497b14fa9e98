"""The page that mailed links lead to where no web application has one for them."""

from base64 import b64encode
from hashlib import sha256
from importlib.resources import files

from moniqo.entrypoints.http.wire import NO_STORE, Answer

HTML = "text/html; charset=utf-8"
_BODY = (files(__package__) / "password_page.html").read_bytes()


def _digest(tag: bytes) -> str:
    """What names the one script or style of the page; no other is run."""
    text = _BODY.split(b"<%b>" % tag)[1].split(b"</%b>" % tag)[0]
    return f"'sha256-{b64encode(sha256(text).digest()).decode()}'"


_POLICY = (
    f"default-src 'none'; script-src {_digest(b'script')}; style-src {_digest(b'style')}; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
PASSWORD_PAGE = Answer(
    200,
    _BODY,
    (
        (b"content-type", HTML.encode()),
        (b"content-security-policy", _POLICY.encode()),
        NO_STORE,
    ),
)
"""A form for a new password. It sends the token of its own address along, to that address."""
