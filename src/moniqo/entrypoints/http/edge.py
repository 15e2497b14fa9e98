"""The outermost layer: what every request gets and every answer has, whatever is inside."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

from moniqo.application.shared.caller import CallContext, current_call
from moniqo.entrypoints.http.errors import HeadersTooLarge, RouteNotFound
from moniqo.entrypoints.http.gate import Receive, Scope, header
from moniqo.entrypoints.http.runtime import Runtime
from moniqo.entrypoints.http.wire import Header, Send

App = Callable[[Any, Any, Any], Awaitable[None]]
_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,128}", re.ASCII)
_LONGEST_AGENT = 500
_LARGEST_HEADERS = 32_768
_LONGEST_PATH = 2048
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


class Edge:
    """Gives each request an id and a call context, each answer its headers; answers HEAD.

    `lasting` tells that the server is reached by HTTPS, and is to be from now on.
    """

    def __init__(self, app: App, runtime: Runtime, *, lasting: bool) -> None:
        self._app = app
        self._runtime = runtime
        self._headers = (*ALWAYS, *((HSTS,) if lasting else ()))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = self._request_id(scope)
        token = current_call.set(_call(scope, request_id))
        outgoing = _Outgoing(
            send,
            (*self._headers, (b"x-request-id", request_id.encode())),
            bodiless=scope["method"] == "HEAD",
        )
        try:
            _require_measure(scope)
            inner = {**scope, "method": "GET"} if outgoing.bodiless else scope
            await self._app(inner, receive, outgoing)
        except Exception as error:
            if outgoing.started:
                raise
            await self._runtime.refusal(error)(scope, receive, outgoing)
        finally:
            current_call.reset(token)

    def _request_id(self, scope: Scope) -> str:
        given = list(header(scope, b"x-request-id"))
        if len(given) == 1 and _REQUEST_ID.fullmatch(given[0]):
            return given[0].decode()
        return str(self._runtime.ids.new())


class _Outgoing:
    """The way out: adds headers, keeps back the body where there must be none."""

    def __init__(self, send: Send, headers: tuple[Header, ...], *, bodiless: bool) -> None:
        self._send = send
        self._headers = headers
        self.bodiless = bodiless
        self.started = False

    async def __call__(self, event: Any) -> None:
        """Pass one event on."""
        if event["type"] == "http.response.start":
            self.started = True
            own = list(event["headers"])
            policy = () if any(name == NO_CONTENT_POLICY[0] for name, _ in own) else _POLICY
            event = {**event, "headers": [*own, *self._headers, *policy]}
        elif self.bodiless and event["type"] == "http.response.body":
            event = {**event, "body": b""}
        await self._send(event)


_POLICY = (NO_CONTENT_POLICY,)


def _require_measure(scope: Scope) -> None:
    """Refuse what no client of ours sends, before the router remembers it.

    A token that is too long is refused as the bad token that it is.
    """
    sizes = (len(key) + len(value) for key, value in scope["headers"] if key != b"authorization")
    if sum(sizes) > _LARGEST_HEADERS:
        raise HeadersTooLarge
    if len(scope["path"]) > _LONGEST_PATH:
        raise RouteNotFound


def _call(scope: Scope, request_id: str) -> CallContext:
    client = scope.get("client")
    agent = next(header(scope, b"user-agent"), b"").decode("latin-1").replace("\x00", "")
    return CallContext(
        request_id=request_id,
        ip_address=client[0] if client else "",
        user_agent=agent[:_LONGEST_AGENT],
    )
