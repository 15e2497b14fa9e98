"""Answers that are no JSON: pictures and files, sent as they are read."""

from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from moniqo.application.files.ports import Content
from moniqo.entrypoints.http.wire import Answer, Send


@dataclass(frozen=True, slots=True)
class Download(Answer):
    """An object on its way out, instead of a body."""

    content: Content = field(kw_only=True)

    async def __call__(self, _scope: Any, _receive: Any, send: Send) -> None:
        """Send it. A store that fails on the way breaks the connection off."""
        length = (b"content-length", str(self.content.size).encode())
        headers = [*self.headers, length]
        async with aclosing(self.content.chunks) as chunks:
            await send({"type": "http.response.start", "status": self.status, "headers": headers})
            async for chunk in chunks:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
