"""The one gate that every JSON body passes: media type, size, time, then what the text says."""

import asyncio
from dataclasses import dataclass

from moniqo.entrypoints.http.headers import Receive, Scope, header
from moniqo.entrypoints.http.json_text import parse
from moniqo.entrypoints.http.media_type import require_json
from moniqo.entrypoints.http.refusals import PayloadTooLarge, RequestTimeout


@dataclass(frozen=True, slots=True)
class Gate:
    """Reads bodies of at most `most_bytes`, waiting `seconds` for the whole of one."""

    most_bytes: int
    seconds: float

    async def read(self, scope: Scope, receive: Receive) -> object:
        """The body as plain data; raises `HttpRefusal` or `Rejected`."""
        require_json(scope)
        return parse(await self._body(scope, receive))

    async def read_if_sent(self, scope: Scope, receive: Receive) -> object:
        """The same where a body may be left out: None if it is."""
        names = {name for name, value in scope["headers"] if value != b"0"}
        if not names & {b"content-length", b"transfer-encoding"}:
            return None
        return await self.read(scope, receive)

    async def _body(self, scope: Scope, receive: Receive) -> bytes:
        for announced in header(scope, b"content-length"):
            if announced.isdigit() and int(announced) > self.most_bytes:
                raise PayloadTooLarge
        try:
            async with asyncio.timeout(self.seconds):
                return await self._chunks(receive)
        except TimeoutError:
            raise RequestTimeout from None

    async def _chunks(self, receive: Receive) -> bytes:
        body = bytearray()
        while True:
            event = await receive()
            if event["type"] == "http.disconnect":
                raise RequestTimeout
            body += event.get("body", b"")
            if len(body) > self.most_bytes:
                raise PayloadTooLarge
            if not event.get("more_body"):
                return bytes(body)
