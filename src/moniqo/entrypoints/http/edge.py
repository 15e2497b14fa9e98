"""The outermost layer: what every request gets and every answer has, whatever is inside."""

from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import Any

from moniqo.application.shared.caller import current_call
from moniqo.entrypoints.http.headers import Receive, Scope
from moniqo.entrypoints.http.origin import call_of, given_id, require_measure
from moniqo.entrypoints.http.runtime import Runtime
from moniqo.entrypoints.http.security_headers import ALWAYS, HSTS, NO_CONTENT_POLICY
from moniqo.entrypoints.http.wire import Header, Send
from moniqo.entrypoints.request_lines import tell

App = Callable[[Any, Any, Any], Awaitable[None]]


class Edge:
    """Gives each request an id and a call context, each answer its headers; answers HEAD.

    `lasting` tells that the server is reached by HTTPS, and is to be from now on; `logged` that
    each request leaves a line in the log.
    """

    def __init__(self, app: App, runtime: Runtime, *, lasting: bool, logged: bool = True) -> None:
        self._app = app
        self._runtime = runtime
        self._headers = (*ALWAYS, *((HSTS,) if lasting else ()))
        self._logged = logged

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = perf_counter()
        request_id = given_id(scope) or str(self._runtime.ids.new())
        token = current_call.set(call_of(scope, request_id))
        outgoing = _Outgoing(
            send,
            (*self._headers, (b"x-request-id", request_id.encode())),
            bodiless=scope["method"] == "HEAD",
        )
        inner = {**scope, "method": "GET"} if outgoing.bodiless else scope
        try:
            require_measure(scope)
            await self._app(inner, receive, outgoing)
        except Exception as error:
            if outgoing.status is not None:
                raise
            await self._runtime.refusal(error)(scope, receive, outgoing)
        finally:
            if self._logged:
                tell(
                    current_call.get(),
                    method=scope["method"],
                    route=inner.get("path_template"),
                    path=scope["path"],
                    status=outgoing.status,
                    seconds=perf_counter() - began,
                )
            current_call.reset(token)


class _Outgoing:
    """The way out: adds headers, keeps back the body where there must be none."""

    def __init__(self, send: Send, headers: tuple[Header, ...], *, bodiless: bool) -> None:
        self._send = send
        self._headers = headers
        self.bodiless = bodiless
        self.status: int | None = None

    async def __call__(self, event: Any) -> None:
        """Pass one event on."""
        if event["type"] == "http.response.start":
            self.status = event["status"]
            own = list(event["headers"])
            if all(name != NO_CONTENT_POLICY[0] for name, _ in own):
                own.append(NO_CONTENT_POLICY)
            event = {**event, "headers": [*own, *self._headers]}
        elif self.bodiless and event["type"] == "http.response.body":
            event = {**event, "body": b""}
        await self._send(event)
