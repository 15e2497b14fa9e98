"""Routes that are on their way out: told on every answer of theirs, refusals included."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import format_datetime
from types import MappingProxyType

from moniqo.entrypoints.http.endpoint import Endpoint
from moniqo.entrypoints.http.handler import Handler
from moniqo.entrypoints.http.headers import Receive, Scope
from moniqo.entrypoints.http.runtime import Runtime
from moniqo.entrypoints.http.wire import Answer, Header


@dataclass(frozen=True, slots=True)
class Deprecation:
    """Since when a route is not to be used (RFC 9745), until when it works (RFC 8594), and why.

    `link` leads to what to do instead. Raises `ValueError` for a sunset that comes before.
    """

    since: datetime
    sunset: datetime
    link: str

    def __post_init__(self) -> None:
        if self.sunset < self.since:
            raise ValueError("a route works at least until it is deprecated")

    @property
    def headers(self) -> tuple[Header, ...]:
        """What answers say of it."""
        return (
            (b"deprecation", f"@{int(self.since.timestamp())}".encode()),
            (b"sunset", format_datetime(self.sunset, usegmt=True).encode()),
            (b"link", f'<{self.link}>; rel="deprecation"; type="text/html"'.encode()),
        )


Deprecations = Mapping[str, Deprecation]
"""By route: `GET /api/v1/plans/{plan_id}`."""
DEPRECATIONS: Deprecations = MappingProxyType({})
"""THE table. A route that stands here says so itself, and in the API's description."""


class DeprecatedHandler(Handler):
    """Takes a deprecated endpoint's requests, and says so."""

    def __init__(self, endpoint: Endpoint, runtime: Runtime, deprecation: Deprecation) -> None:
        super().__init__(endpoint, runtime)
        self._marks = deprecation.headers

    async def __call__(self, scope: Scope, receive: Receive) -> Answer:
        """The answer with the deprecation's headers."""
        answer = await super().__call__(scope, receive)
        return replace(answer, headers=(*answer.headers, *self._marks))


def handler_of(endpoint: Endpoint, runtime: Runtime, deprecations: Deprecations) -> Handler:
    """What takes the endpoint's requests."""
    found = deprecations.get(endpoint.route)
    return DeprecatedHandler(endpoint, runtime, found) if found else Handler(endpoint, runtime)
