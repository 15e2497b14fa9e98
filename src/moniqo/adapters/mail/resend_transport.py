"""The way to Resend: one bounded request after the other, over connections that are kept."""

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx
from resend.http_client_async import AsyncHTTPClient

MOST_BYTES = 64 * 1024
"""Of an answer; those of the API have a few hundred."""


class BoundedTransport(AsyncHTTPClient):
    """Raises `TimeoutError`, `httpx.HTTPError`, or `ValueError` for an answer that is too long.

    `seconds` bounds one request as a whole. No redirect is followed, and nothing is unpacked.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._client = httpx.AsyncClient(timeout=seconds, follow_redirects=False)

    async def request(  # noqa: PLR0913, PLR0917  (the library asks for these)
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        json: dict[str, object] | list[object] | None = None,
        files: dict[str, Any] | None = None,  # noqa: ARG002  (mails here have none)
        data: dict[str, str] | None = None,  # noqa: ARG002
    ) -> tuple[bytes, int, Mapping[str, str]]:
        """See `AsyncHTTPClient`."""
        asked = {**headers, "Accept-Encoding": "identity"}
        async with (
            asyncio.timeout(self._seconds),
            self._client.stream(method, url, headers=asked, json=json) as answer,
        ):
            body = bytearray()
            async for piece in answer.aiter_raw():
                body += piece
                if len(body) > MOST_BYTES:
                    raise ValueError("the answer is too long")
            return bytes(body), answer.status_code, answer.headers

    async def aclose(self) -> None:
        """Give the connections back."""
        await self._client.aclose()
