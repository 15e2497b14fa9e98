"""Which refusals follow from a route's shape alone."""

from collections.abc import Iterator

from moniqo.domain.shared import errors as refusals
from moniqo.entrypoints.http import refusals as http
from moniqo.entrypoints.http.arguments import Source
from moniqo.entrypoints.http.endpoint import GET, Endpoint
from moniqo.entrypoints.http.metering import is_metered
from moniqo.entrypoints.http.openapi.failures import Refusal


def by_shape(endpoint: Endpoint) -> Iterator[Refusal]:
    """The refusals, some more than once."""
    yield from (refusals.Invalid, refusals.Unavailable)
    if endpoint.limited:
        yield refusals.RateLimited
    if endpoint.repeatable:
        yield refusals.IdempotencyKeyReused
    if not endpoint.public or endpoint.shows_removed:
        yield from (refusals.Unauthenticated, refusals.TokenExpired, refusals.AccountInactive)
    if is_metered(endpoint):
        yield refusals.QuotaExceeded
    if endpoint.needs is not None or endpoint.shows_removed:
        yield refusals.Forbidden
    has_id = endpoint.taken(Source.PATH) is not None
    if has_id:
        yield refusals.NotFound
    if endpoint.method is not GET:
        yield refusals.Rejected
        yield from (http.RequestTimeout, http.PayloadTooLarge, http.UnsupportedMediaType)
        if not endpoint.public:
            yield refusals.Conflict
    if has_id and endpoint.method is not GET:
        yield from (refusals.RuleViolated, refusals.PreconditionFailed)
