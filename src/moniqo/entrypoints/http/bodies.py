"""Bodies as they arrive."""

from collections.abc import AsyncGenerator

from moniqo.entrypoints.http.headers import Receive, Scope, header
from moniqo.entrypoints.http.refusals import PayloadTooLarge, RequestTimeout


def is_sent(scope: Scope) -> bool:
    """Whether there is a body at all, empty ones aside."""
    names = {name for name, value in scope["headers"] if value != b"0"}
    return not names.isdisjoint({b"content-length", b"transfer-encoding"})


def require_announced(scope: Scope, most_bytes: int) -> None:
    """Raise `PayloadTooLarge` for a body that says beforehand that it is."""
    for announced in header(scope, b"content-length"):
        if announced.isdigit() and int(announced) > most_bytes:
            raise PayloadTooLarge


async def pieces(receive: Receive, most_bytes: int) -> AsyncGenerator[bytes, None]:
    """The body piece by piece; raises `PayloadTooLarge` at once when it passes `most_bytes`.

    Raises `RequestTimeout` if the client hangs up before its end.
    """
    arrived = 0
    while True:
        event = await receive()
        if event["type"] == "http.disconnect":
            raise RequestTimeout
        piece = event.get("body", b"")
        arrived += len(piece)
        if arrived > most_bytes:
            raise PayloadTooLarge
        yield piece
        if not event.get("more_body"):
            return
