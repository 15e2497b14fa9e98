"""Paths and methods: which of ours the framework hands a request to."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

from litestar import Request
from litestar.enums import HttpMethod
from litestar.handlers import HTTPRouteHandler
from litestar.types import ASGIApp

from moniqo.entrypoints.http.envelope import succeeded
from moniqo.entrypoints.http.handler import Handler
from moniqo.entrypoints.http.headers import Receive, Scope
from moniqo.entrypoints.http.runtime import Runtime
from moniqo.entrypoints.http.wire import NO_STORE, NULL, Answer

Methods = dict[str, Callable[[Scope, Receive], Awaitable[Answer]]]


def by_path(handlers: Sequence[Handler]) -> dict[str, Methods]:
    """What serves each path, by method."""
    found: dict[str, Methods] = defaultdict(dict)
    for handler in handlers:
        found[handler.endpoint.path][handler.endpoint.method.value] = handler
    return found


def registered(path: str, handlers: Methods, runtime: Runtime) -> HTTPRouteHandler:
    """The framework's handler of a path; it answers OPTIONS too."""
    methods = [HttpMethod(name) for name in (*handlers, "OPTIONS")]

    async def handle(request: Request[Any, Any, Any]) -> ASGIApp:
        handler = handlers.get(request.scope["method"])
        if handler is None:
            return _options(request.scope, methods, runtime)
        return await handler(request.scope, request.receive)

    template = path.replace("}", ":str}")
    # The status is the answer's own; the framework only insists on one that has a body.
    return HTTPRouteHandler(template, http_method=methods, status_code=200)(handle)


def _options(scope: Scope, methods: Sequence[str], runtime: Runtime) -> Answer:
    allow = allow_of(methods)
    asked = runtime.cors.preflight(scope, allow)
    headers = ((b"allow", allow.encode()), NO_STORE, *asked)
    return succeeded(200, f"This takes {allow}.", NULL, runtime.now(), headers)


def allow_of(methods: Iterable[str]) -> str:
    """What `Allow` says; where there is GET there is HEAD."""
    named = set(methods)
    return ", ".join(sorted(named | {"HEAD"} if "GET" in named else named))
