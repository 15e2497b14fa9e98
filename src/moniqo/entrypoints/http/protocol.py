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
from moniqo.entrypoints.http.parting import PartingTransport
from moniqo.entrypoints.http.refusals import HeadersTooLarge, HeadTimeout
from moniqo.entrypoints.http.security_headers import ALWAYS, NO_CONTENT_POLICY

LARGEST_HEAD = 65_536
"""Bytes of a request's head that are waited for, beside those of its first packet."""
HEAD_SECONDS = 10
"""How long a head may take to arrive."""
STALL_SECONDS = 60
"""How long a client may leave unread what was sent to it."""


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
    """HTTP/1.1 as uvicorn speaks it, and nothing else, with an end to what it waits for."""

    transport: PartingTransport

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ws_protocol_class = None
        self._is_garbled = False
        self._head_bytes = 0
        self._head_timer: asyncio.TimerHandle | None = None
        self._stall_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for a first request as long as for another one."""
        super().connection_made(PartingTransport(transport, self._is_spoken_to))
        self.timeout_keep_alive_task = self.loop.call_later(
            self.timeout_keep_alive, self.timeout_keep_alive_handler
        )

    def data_received(self, data: bytes) -> None:
        """Read on; refuse a head that has become too large."""
        if self.transport.is_parting:
            self.transport.throw_away(data)
            return
        was_in_head = self._head_timer is not None
        # Not whatever comes ends the wait for a request, but a request.
        waiting, self.timeout_keep_alive_task = self.timeout_keep_alive_task, None
        before = self.scope
        super().data_received(data)
        if waiting is not None:
            self._wait_on(waiting, has_begun=self.scope is not before)
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

    def pause_writing(self) -> None:
        """The client does not read as fast as it is answered: it may, for a while."""
        super().pause_writing()
        self._stall_timer = self.loop.call_later(STALL_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """The client has read on."""
        super().resume_writing()
        self._forget_stall()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody is there any more."""
        self._forget_head()
        self._forget_stall()
        self.transport.lost()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002  (it tells of the parser)
        """Answer, and hang up."""
        self._refuse(Rejected("This is not HTTP."))

    def _refuse(self, problem: Exception) -> None:
        self._forget_head()
        self._is_garbled = True
        cycle = self.cycle
        if cycle is None or cycle.response_complete:
            self._hang_up(problem)
        elif cycle.more_body and not cycle.response_started and not self.pipeline:
            # It is the body of the request at hand that cannot be read.
            cycle.disconnected = True
            cycle.message_event.set()
            self._hang_up(problem)
        else:
            # An earlier request is being answered: nothing else may be said meanwhile.
            cycle.keep_alive = False
            self.flow.pause_reading()

    def _hang_up(self, problem: Exception) -> None:
        self.transport.write(unread(problem))
        self.transport.close()

    def _is_spoken_to(self) -> bool:
        """Whether the client is still sending, as far as is known."""
        return self._is_garbled or (self.cycle is not None and self.cycle.more_body)

    def _wait_on(self, waiting: asyncio.TimerHandle, *, has_begun: bool) -> None:
        if has_begun or self.timeout_keep_alive_task is not None or self.transport.is_closing():
            waiting.cancel()
        else:
            self.timeout_keep_alive_task = waiting

    def _forget_head(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _forget_stall(self) -> None:
        if self._stall_timer is not None:
            self._stall_timer.cancel()
            self._stall_timer = None

    def _unsupported_upgrade_warning(self) -> None:
        """What else a client could speak is no news: it is answered in HTTP/1.1."""
