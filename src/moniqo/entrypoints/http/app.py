"""The ASGI application: routes bound to use cases, ready once it has started."""

from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from dishka import AsyncContainer
from litestar import Litestar, Request, Response
from litestar.enums import HttpMethod
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler
from litestar.types import ASGIApp

from moniqo.application.identity.authenticate import Authenticate
from moniqo.application.shared.system import Clock, Ids
from moniqo.domain.shared.errors import Rejected
from moniqo.entrypoints.http.docs import documentation
from moniqo.entrypoints.http.edge import Edge
from moniqo.entrypoints.http.endpoint import Controller, Source, endpoints_of
from moniqo.entrypoints.http.errors import MethodNotAllowed, RouteNotFound
from moniqo.entrypoints.http.gate import Gate, Receive, Scope
from moniqo.entrypoints.http.handler import Handler
from moniqo.entrypoints.http.openapi import openapi_document
from moniqo.entrypoints.http.routes import CONTROLLERS
from moniqo.entrypoints.http.runtime import Runtime
from moniqo.entrypoints.http.wire import NO_STORE, NULL, Answer, succeeded
from moniqo.entrypoints.settings import Settings
from moniqo.entrypoints.settings.values import Environment

Methods = dict[str, Callable[[Scope, Receive], Awaitable[Answer]]]


def create_app(
    container: AsyncContainer,
    settings: Settings,
    controllers: Sequence[type[Controller]] = CONTROLLERS,
) -> Litestar:
    """The application on the container's use cases; the container is closed with it.

    A dependency that cannot be resolved, or an answer that would show a secret, fails the start.
    """
    http = settings.http
    runtime = Runtime(
        gate=Gate(http.max_body_bytes, http.body_timeout_seconds),
        usual_page=http.default_page_size,
        largest_page=http.max_page_size,
    )
    found = (one for controller in controllers for one in endpoints_of(controller))
    handlers = [Handler(one, runtime) for one in found]

    @asynccontextmanager
    async def running(_app: Litestar) -> AsyncIterator[None]:
        await _start(container, runtime, handlers)
        yield
        await container.close()

    app = Litestar(
        route_handlers=[
            _registered(path, below, runtime)
            for path, below in (_by_path(handlers) | _documentation(settings, controllers)).items()
        ],
        exception_handlers={HTTPException: _routing_failed(runtime)},
        lifespan=[running],
        openapi_config=None,
        logging_config=None,
        request_max_body_size=None,
    )
    sheltered = settings.application.environment.sheltered
    app.asgi_handler = Edge(app.asgi_handler, runtime, lasting=not sheltered)
    return app


async def _start(container: AsyncContainer, runtime: Runtime, handlers: list[Handler]) -> None:
    """Resolve, once, whatever requests will need."""
    runtime.clock = await container.get(Clock)
    runtime.ids = await container.get(Ids)
    runtime.authenticate = await container.get(Authenticate)
    for handler in handlers:
        for argument in handler.endpoint.arguments:
            if argument.source is Source.DEPENDENCY:
                handler.fixed[argument.name] = await container.get(argument.kind)


def _documentation(
    settings: Settings, controllers: Sequence[type[Controller]]
) -> dict[str, Methods]:
    application = settings.application
    if application.environment is Environment.PRODUCTION and not settings.http.docs_in_production:
        return {}
    document = openapi_document(
        controllers, title=application.app_name, version=application.app_version
    )
    return {path: {"GET": page} for path, page in documentation(document).items()}


def _by_path(handlers: Sequence[Handler]) -> dict[str, Methods]:
    found: dict[str, Methods] = defaultdict(dict)
    for handler in handlers:
        found[handler.endpoint.path][handler.endpoint.method.value] = handler
    return found


def _registered(path: str, handlers: Methods, runtime: Runtime) -> HTTPRouteHandler:
    methods = [HttpMethod(name) for name in (*handlers, "OPTIONS")]

    async def handle(request: Request[Any, Any, Any]) -> ASGIApp:
        handler = handlers.get(request.scope["method"])
        if handler is None:
            return _options(methods, runtime)
        return await handler(request.scope, request.receive)

    template = path.replace("}", ":str}")
    # The status is the answer's own; the framework only insists on one that has a body.
    return HTTPRouteHandler(template, http_method=methods, status_code=200)(handle)


def _options(methods: Sequence[str], runtime: Runtime) -> Answer:
    allow = _allow(methods)
    headers = ((b"allow", allow.encode()), NO_STORE)
    return succeeded(200, f"This takes {allow}.", NULL, runtime.now(), headers)


def _allow(methods: Iterable[str]) -> str:
    """What `Allow` says; where there is GET there is HEAD."""
    named = set(methods)
    return ", ".join(sorted(named | {"HEAD"} if "GET" in named else named))


def _routing_failed(runtime: Runtime) -> Any:
    """How the framework's own refusals, all of them about routing, are answered."""

    def answer(_request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
        answered = runtime.refusal(_ours(error))
        return Response(
            answered.body,
            status_code=answered.status,
            headers={name.decode(): value.decode() for name, value in answered.headers},
            media_type="application/json; charset=utf-8",
        )

    return answer


def _ours(error: HTTPException) -> Exception:
    if error.status_code == RouteNotFound.status:
        return RouteNotFound()
    if error.status_code == MethodNotAllowed.status:
        return MethodNotAllowed({"allow": _allow((error.headers or {})["allow"].split(", "))})
    if error.status_code < 500:  # noqa: PLR2004
        return Rejected("The request is not valid HTTP for this server.")
    return error
