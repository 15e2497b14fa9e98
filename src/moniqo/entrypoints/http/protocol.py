"""The server's side of the wire: even what is no HTTP is answered in the envelope."""

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from moniqo.adapters.system import SystemClock, Uuid7Ids
from moniqo.application.shared.caller import CallContext, current_call
from moniqo.domain.shared.errors import Rejected
from moniqo.entrypoints.http.envelope import failed
from moniqo.entrypoints.http.errors import failure_of
from moniqo.entrypoints.http.security_headers import ALWAYS, NO_CONTENT_POLICY


def malformed() -> bytes:
    """The whole answer, head and all, to bytes from which no request can be read."""
    request_id = str(Uuid7Ids().new())
    token = current_call.set(CallContext(request_id=request_id))
    try:
        answer = failed(failure_of(Rejected("This is not HTTP.")), SystemClock().now())
    finally:
        current_call.reset(token)
    headers = (
        *answer.headers,
        *ALWAYS,
        NO_CONTENT_POLICY,
        (b"x-request-id", request_id.encode()),
        (b"content-length", str(len(answer.body)).encode()),
        (b"connection", b"close"),
    )
    lines = [b"HTTP/1.1 400 Bad Request", *(name + b": " + value for name, value in headers)]
    return b"\r\n".join((*lines, b"", answer.body))


class EnvelopedProtocol(HttpToolsProtocol):
    """HTTP/1.1 as uvicorn speaks it."""

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002  (it tells of the parser)
        """Answer, and hang up."""
        self.transport.write(malformed())
        self.transport.close()
