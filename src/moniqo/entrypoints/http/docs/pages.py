"""Answers that are the same for everybody, made once."""

from hashlib import blake2b
from importlib.resources import files
from typing import Any

from moniqo.entrypoints.http import etags
from moniqo.entrypoints.http.headers import Receive, Scope, header
from moniqo.entrypoints.http.wire import Answer, to_json

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HTML = "text/html; charset=utf-8"
_SCRIPT = "text/javascript; charset=utf-8"
_FILES = {
    "/docs": ("index.html", _HTML),
    "/docs/start.js": ("start.js", _SCRIPT),
    "/docs/swagger-ui-bundle.js": ("swagger-ui-bundle.js", _SCRIPT),
    "/docs/swagger-ui.css": ("swagger-ui.css", "text/css; charset=utf-8"),
}


class StaticPage:
    """Bytes with a tag: sent once, then only if they have changed."""

    def __init__(self, body: bytes, content_type: str) -> None:
        self._tag = f'"{blake2b(body, digest_size=8).hexdigest()}"'
        headers = (
            (b"content-security-policy", _POLICY.encode()),
            (b"cache-control", b"public, max-age=300"),
            (b"etag", self._tag.encode()),
        )
        self._whole = Answer(200, body, ((b"content-type", content_type.encode()), *headers))
        self._unchanged = Answer(304, b"", headers)

    async def __call__(self, scope: Scope, _receive: Receive) -> Answer:
        """The page, or that it has not changed."""
        seen = header(scope, b"if-none-match")
        return self._unchanged if etags.shows(self._tag, seen) else self._whole


def documentation(document: dict[str, Any]) -> dict[str, StaticPage]:
    """The pages by their path: the description itself, and Swagger UI showing it."""
    folder = files(__package__) / "static"
    pages = {
        path: StaticPage((folder / name).read_bytes(), content_type)
        for path, (name, content_type) in _FILES.items()
    }
    return {"/openapi.json": StaticPage(to_json(document), "application/json"), **pages}
