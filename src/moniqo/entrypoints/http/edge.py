"""The outermost layer: what every request gets and every answer has, whatever is inside."""

from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import Any

from moniqo.application.shared.caller import current_call
from moniqo.domain.shared.errors import RateLimited
from moniqo.entrypoints.http.callers import identify
from moniqo.entrypoints.http.cors import is_preflight
from moniqo.entrypoints.http.headers import ASKED_HEAD, Receive, Scope
from moniqo.entrypoints.http.origin import call_of, given_id, require_measure
from moniqo.entrypoints.http.outgoing import Outgoing
from moniqo.entrypoints.http.rations import headers_of
from moniqo.entrypoints.http.runtime import Runtime
from moniqo.entrypoints.http.security_headers import ALWAYS, HSTS
from moniqo.entrypoints.http.wire import Send
from moniqo.entrypoints.request_lines import tell

App = Callable[[Any, Any, Any], Awaitable[None]]


class Edge:
    """Gives each request an id and a call context, each answer its headers; answers HEAD.

    Every call is counted, those of `unlimited` paths aside. `lasting` tells that the server is
    reached by HTTPS, and is to be from now on; `logged` that each request leaves a line in the log.
    """

    def __init__(
        self, app: App, runtime: Runtime, *, unlimited: frozenset[str], lasting: bool, logged: bool
    ) -> None:
        self._app = app
        self._runtime = runtime
        self._unlimited = unlimited
        self._headers = (*ALWAYS, *((HSTS,) if lasting else ()))
        self._logged = logged

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = perf_counter()
        request_id = given_id(scope) or str(self._runtime.ids.new())
        token = current_call.set(call_of(scope, request_id, self._runtime.trusted_proxies))
        bodiless = scope["method"] == "HEAD"
        headers = (*self._headers, *self._runtime.cors.headers(scope))
        outgoing = Outgoing(send, headers, request_id, bodiless=bodiless)
        inner = {**scope, "method": "GET", ASKED_HEAD: True} if bodiless else scope
        try:
            if scope["path"] not in self._unlimited and not is_preflight(scope):
                await self._count(inner, outgoing)
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

    async def _count(self, scope: Scope, outgoing: Outgoing) -> None:
        """Raise `RateLimited` if this call is one too many of whoever makes it."""
        caller = await identify(scope, self._runtime.authenticate)
        standing = await self._runtime.rations.take(caller, current_call.get().ip_address)
        if standing is None:
            return
        outgoing.add(headers_of(standing))
        if standing.retry_after is not None:
            raise RateLimited(
                "You call too often. Try again later.", retry_after=standing.retry_after
            )
