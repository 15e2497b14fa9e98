"""The way out of every answer."""

from typing import Any

from moniqo.entrypoints.http.security_headers import NO_CONTENT_POLICY
from moniqo.entrypoints.http.wire import Header, Send

_ORIGIN: Header = (b"vary", b"Origin")


class Outgoing:
    """Adds headers to an answer, and keeps back its body where there must be none.

    Those of `always` stand on every answer; one without an id, a content policy or a `Vary` of
    its own gets the usual ones. `status` is None until the answer has begun.
    """

    def __init__(
        self, send: Send, always: tuple[Header, ...], request_id: str, *, bodiless: bool
    ) -> None:
        self._send = send
        self._always = always
        self._usual: tuple[Header, ...] = (
            (b"x-request-id", request_id.encode()),
            NO_CONTENT_POLICY,
            _ORIGIN,
        )
        self._bodiless = bodiless
        self.status: int | None = None

    def add(self, headers: tuple[Header, ...]) -> None:
        """Send these along, too."""
        self._always += headers

    async def __call__(self, event: Any) -> None:
        """Pass one event on."""
        if event["type"] == "http.response.start":
            self.status = event["status"]
            own = event["headers"]
            names = {name for name, _ in own}
            usual = (item for item in self._usual if item[0] not in names)
            event = {**event, "headers": [*own, *self._always, *usual]}
        elif self._bodiless and event["type"] == "http.response.body":
            event = {**event, "body": b""}
        await self._send(event)
