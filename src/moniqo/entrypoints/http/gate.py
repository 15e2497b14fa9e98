"""The one gate that every body passes: media type, size, time, then what it says."""

import asyncio
from dataclasses import dataclass

from moniqo.entrypoints.http.bodies import pieces, require_announced
from moniqo.entrypoints.http.headers import Receive, Scope
from moniqo.entrypoints.http.json_text import parse
from moniqo.entrypoints.http.media_type import require_json
from moniqo.entrypoints.http.refusals import RequestTimeout
from moniqo.entrypoints.http.uploads import UploadReader


@dataclass(frozen=True, slots=True)
class Gate:
    """Reads JSON of at most `most_bytes`, waiting `seconds` for the whole; `uploads` by itself."""

    most_bytes: int
    seconds: float
    uploads: UploadReader

    async def read(self, scope: Scope, receive: Receive) -> object:
        """The body as plain data; raises `HttpRefusal` or `Rejected`."""
        require_json(scope)
        return parse(await self._body(scope, receive))

    async def _body(self, scope: Scope, receive: Receive) -> bytes:
        require_announced(scope, self.most_bytes)
        body = bytearray()
        try:
            async with asyncio.timeout(self.seconds):
                async for piece in pieces(receive, self.most_bytes):
                    body += piece
        except TimeoutError:
            raise RequestTimeout from None
        return bytes(body)
