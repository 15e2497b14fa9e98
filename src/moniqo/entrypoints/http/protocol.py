"""The server's side of the wire: what is no HTTP, or never ends, is answered in the envelope."""

import asyncio
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from moniqo.adapters.system import SystemClock, Uuid7Ids
from moniqo.application.shared.caller import CallContext, current_call
from moniqo.domain.shared.errors import Rejected
from moniqo.entrypoints.http.envelope import failed
from moniqo.entrypoints.http.errors import failure_of
from moniqo.entrypoints.http.refusals import HeadersTooLarge, HeadTimeout
from moniqo.entrypoints.http.security_headers import ALWAYS, NO_CONTENT_POLICY

LARGEST_HEAD = 65_536
"""Bytes of a request's head that are waited for, beside those of its first packet."""
HEAD_SECONDS = 10
"""How long a head may take to arrive."""


def unread(problem: Exception) -> bytes:
    """The whole answer, head and all, to bytes from which no request was read."""
    request_id = str(Uuid7Ids().new())
    token = current_call.set(CallContext(request_id=request_id))
    try:
        answer = failed(failure_of(problem), SystemClock().now())
    finally:
        current_call.reset(token)
    headers = (
        *(header for header in answer.headers if header[0] != b"connection"),
        *ALWAYS,
        NO_CONTENT_POLICY,
        (b"x-request-id", request_id.encode()),
        (b"content-length", str(len(answer.body)).encode()),
        (b"connection", b"close"),
    )
    status = HTTPStatus(answer.status)
    first = f"HTTP/1.1 {status.value} {status.phrase}".encode()
    lines = [first, *(name + b": " + value for name, value in headers)]
    return b"\r\n".join((*lines, b"", answer.body))


class EnvelopedProtocol(HttpToolsProtocol):
    """HTTP/1.1 as uvicorn speaks it, with an end to what it waits for."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head_bytes = 0
        self._head_timer: asyncio.TimerHandle | None = None

    def data_received(self, data: bytes) -> None:
        """Read on; refuse a head that has become too large."""
        was_in_head = self._head_timer is not None
        super().data_received(data)
        if was_in_head and self._head_timer is not None:
            self._head_bytes += len(data)
            if self._head_bytes > LARGEST_HEAD:
                self._refuse(HeadersTooLarge())

    def on_message_begin(self) -> None:
        """A head begins."""
        super().on_message_begin()
        self._head_bytes = 0
        self._head_timer = self.loop.call_later(HEAD_SECONDS, self._refuse, HeadTimeout())

    def on_headers_complete(self) -> None:
        """A head is over."""
        self._forget_head()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody is there any more."""
        self._forget_head()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002  (it tells of the parser)
        """Answer, and hang up."""
        self._refuse(Rejected("This is not HTTP."))

    def _refuse(self, problem: Exception) -> None:
        self._forget_head()
        self.transport.write(unread(problem))
        self.transport.close()

    def _forget_head(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None
