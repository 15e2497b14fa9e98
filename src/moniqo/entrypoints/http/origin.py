"""What a request tells of itself before anybody looks at what it wants."""

import re

from moniqo.application.shared.caller import CallContext
from moniqo.entrypoints.http.client_address import client_address
from moniqo.entrypoints.http.headers import Scope, header
from moniqo.entrypoints.http.refusals import HeadersTooLarge, RouteNotFound

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,128}", re.ASCII)
_LONGEST_AGENT = 500
_LARGEST_HEADERS = 32_768
_LONGEST_PATH = 2048


def given_id(scope: Scope) -> str | None:
    """The request's own id, if it brings one that will do."""
    given = list(header(scope, b"x-request-id"))
    if len(given) == 1 and _REQUEST_ID.fullmatch(given[0]):
        return given[0].decode()
    return None


def require_measure(scope: Scope) -> None:
    """Refuse what no client of ours sends, before the router remembers it.

    A token that is too long is refused as the bad token that it is.
    """
    sizes = (len(key) + len(value) for key, value in scope["headers"] if key != b"authorization")
    if sum(sizes) > _LARGEST_HEADERS:
        raise HeadersTooLarge
    if len(scope["path"]) > _LONGEST_PATH:
        raise RouteNotFound


def call_of(scope: Scope, request_id: str, proxies: int) -> CallContext:
    """Who calls from where, as far as the connection and `proxies` of ours tell."""
    agent = next(header(scope, b"user-agent"), b"").decode("latin-1").replace("\x00", "")
    return CallContext(
        request_id=request_id,
        ip_address=client_address(scope, proxies),
        user_agent=agent[:_LONGEST_AGENT],
    )
