"""How the framework's own refusals, all of them about routing, are answered."""

from typing import Any

from litestar import Request, Response
from litestar.exceptions import HTTPException

from moniqo.domain.shared.errors import Rejected
from moniqo.entrypoints.http.refusals import MethodNotAllowed, RouteNotFound
from moniqo.entrypoints.http.routing import allow_of
from moniqo.entrypoints.http.runtime import Runtime


def routing_failed(runtime: Runtime) -> Any:
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
        return MethodNotAllowed({"allow": allow_of((error.headers or {})["allow"].split(", "))})
    if error.status_code < 500:  # noqa: PLR2004
        return Rejected("The request is not valid HTTP for this server.")
    return error
