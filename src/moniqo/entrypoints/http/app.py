"""The ASGI application: routes bound to use cases, ready once it has started."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import cache

from dishka import AsyncContainer
from litestar import Litestar
from litestar.exceptions import HTTPException
from litestar.types import ASGIApp

from moniqo.adapters.limits.counts import Counts
from moniqo.application.audit.deny_permission import DenyPermission
from moniqo.application.billing.api_calls import ApiCalls
from moniqo.application.files.upload import AvatarUpload, FileUpload
from moniqo.application.identity.authenticate import Authenticate
from moniqo.application.operations.answer_once import AnswerOnce
from moniqo.application.shared.kept_answers import KeptAnswers
from moniqo.application.shared.system import Clock, Ids
from moniqo.entrypoints.http.arguments import Source
from moniqo.entrypoints.http.cors import Cors
from moniqo.entrypoints.http.deprecations import DEPRECATIONS, Deprecations, handler_of
from moniqo.entrypoints.http.docs import StaticPage, documentation
from moniqo.entrypoints.http.edge import Edge
from moniqo.entrypoints.http.endpoint import Controller, endpoints_of
from moniqo.entrypoints.http.gate import Gate
from moniqo.entrypoints.http.handler import Handler
from moniqo.entrypoints.http.keeping import keeping_of
from moniqo.entrypoints.http.openapi import openapi_document
from moniqo.entrypoints.http.rations import Rations
from moniqo.entrypoints.http.routes import CONTROLLERS
from moniqo.entrypoints.http.routing import Methods, by_path, registered
from moniqo.entrypoints.http.routing_failures import routing_failed
from moniqo.entrypoints.http.runtime import Runtime
from moniqo.entrypoints.http.uploads import UploadReader
from moniqo.entrypoints.settings import Settings
from moniqo.entrypoints.settings.files import Files
from moniqo.entrypoints.settings.model import Application

MIB = 1_048_576
Lifespan = Callable[[Litestar], AbstractAsyncContextManager[None]]


def create_app(
    container: AsyncContainer,
    settings: Settings,
    controllers: Sequence[type[Controller]] = CONTROLLERS,
    *,
    lifespan: Sequence[Lifespan] = (),
    deprecations: Deprecations = DEPRECATIONS,
) -> Litestar:
    """The application on the container's use cases; the container is closed with it.

    What is in `lifespan` begins after the container's parts are there and ends before they go.
    A dependency that cannot be resolved, or an answer that would show a secret, fails the start.
    """
    runtime = _runtime(settings)
    endpoints = [one for item in controllers for one in endpoints_of(item)]
    handlers = [handler_of(one, runtime, deprecations) for one in endpoints]
    paths = by_path(handlers) | _documentation(settings, controllers, deprecations)

    @asynccontextmanager
    async def running(_app: Litestar) -> AsyncIterator[None]:
        await _start(container, runtime, handlers, settings)
        yield
        await container.close()

    app = Litestar(
        route_handlers=[registered(path, below, runtime) for path, below in paths.items()],
        exception_handlers={HTTPException: routing_failed(runtime)},
        lifespan=[running, *lifespan],
        openapi_config=None,
        logging_config=None,
        request_max_body_size=None,
    )
    unlimited = frozenset(it.endpoint.path for it in handlers if not it.endpoint.limited)
    app.asgi_handler = _edge(app.asgi_handler, runtime, unlimited, settings.application)
    return app


def _edge(app: ASGIApp, runtime: Runtime, unlimited: frozenset[str], settings: Application) -> Edge:
    lasting = not settings.environment.sheltered
    return Edge(app, runtime, unlimited=unlimited, lasting=lasting, logged=settings.log_requests)


def _runtime(settings: Settings) -> Runtime:
    http = settings.http
    return Runtime(
        gate=Gate(http.max_body_bytes, http.body_timeout_seconds, _uploads(settings.files)),
        usual_page=http.default_page_size,
        largest_page=http.max_page_size,
        trusted_proxies=http.trusted_proxies,
        cors=Cors(frozenset(http.cors_origins.encoded)),
    )


def _uploads(files: Files) -> UploadReader:
    most = {
        AvatarUpload: files.max_avatar_size_mb * MIB,
        FileUpload: files.max_file_size_mb * MIB,
    }
    return UploadReader(most, seconds=files.upload_timeout_seconds, at_once=files.uploads_at_once)


async def _start(
    container: AsyncContainer, runtime: Runtime, handlers: list[Handler], settings: Settings
) -> None:
    """Resolve, once, whatever requests will need."""
    counts = await container.get(Counts)
    runtime.rations = Rations(counts, admins_too=settings.limits.admin_rate_limit_enabled)
    runtime.clock = await container.get(Clock)
    runtime.ids = await container.get(Ids)
    runtime.authenticate = await container.get(Authenticate)
    runtime.deny = await container.get(DenyPermission)
    runtime.answer_once = await container.get(AnswerOnce)
    runtime.api_calls = await container.get(ApiCalls)
    kept = await container.get(KeptAnswers)
    for handler in handlers:
        for argument in handler.endpoint.arguments:
            if argument.source is Source.DEPENDENCY:
                handler.fixed[argument.name] = await container.get(argument.kind)
        handler.keeping = keeping_of(handler.endpoint, handler.fixed, kept)


def _documentation(
    settings: Settings, controllers: Sequence[type[Controller]], deprecations: Deprecations
) -> dict[str, Methods]:
    if not settings.shows_docs:
        return {}
    application = settings.application
    pages = _pages(
        tuple(controllers),
        application.app_name,
        application.app_version,
        frozenset(deprecations),
    )
    return {path: {"GET": page} for path, page in pages.items()}


@cache
def _pages(
    controllers: tuple[type[Controller], ...], title: str, version: str, deprecated: frozenset[str]
) -> dict[str, StaticPage]:
    """Written once in a process, however many applications have these routes."""
    document = openapi_document(controllers, title=title, version=version, deprecated=deprecated)
    return documentation(document)
