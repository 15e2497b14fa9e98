"""Who calls: found out once for each request, before anybody looks at what it wants."""

from typing import Any

from moniqo.application.identity.authenticate import Authenticate
from moniqo.application.identity.principal import Principal
from moniqo.domain.shared.errors import AppError
from moniqo.entrypoints.http.bearer import bearer_token
from moniqo.entrypoints.http.headers import Scope, header

_FOUND = "moniqo.caller"


async def identify(scope: Scope, authenticate: Authenticate) -> Principal | None:
    """The caller, if the request has a good token; why it is none is kept for `caller_of`."""
    found: Any = None
    if next(header(scope, b"authorization"), None) is not None:
        try:
            found = await authenticate(token=bearer_token(scope))
        except AppError as refusal:
            found = refusal
    scope[_FOUND] = found
    return found if isinstance(found, Principal) else None


def caller_of(scope: Scope) -> Principal:
    """The caller that `identify` found; raises what `Authenticate` raised."""
    found = scope[_FOUND]
    if isinstance(found, Principal):
        return found
    if found is None:
        # There is no token: this says so.
        bearer_token(scope)
    raise found
