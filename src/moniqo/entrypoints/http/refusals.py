"""The refusals that only HTTP knows."""

from collections.abc import Mapping
from typing import ClassVar


class HttpRefusal(Exception):
    """A refusal of the transport itself: method, media type, size, time."""

    status: ClassVar[int]
    code: ClassVar[str]
    message: ClassVar[str]
    closes: ClassVar[bool] = False

    def __init__(self, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(self.message)
        self.headers = dict(headers or {})


class RouteNotFound(HttpRefusal):
    """No such path."""

    status, code, message = 404, "NOT_FOUND", "There is nothing here."


class MethodNotAllowed(HttpRefusal):
    """The path does not take this method; `Allow` lists those it does."""

    status, code, message = 405, "METHOD_NOT_ALLOWED", "This method is not allowed here."


class RequestTimeout(HttpRefusal):
    """The body did not arrive in time."""

    status, code, message = 408, "REQUEST_TIMEOUT", "The request body did not arrive in time."
    closes = True


class HeadTimeout(HttpRefusal):
    """The head of the request did not arrive in time."""

    status, code, message = 408, "REQUEST_TIMEOUT", "The request's head did not arrive in time."


class PayloadTooLarge(HttpRefusal):
    """The body passes the limit; the rest of it is not read."""

    status, code, message = 413, "PAYLOAD_TOO_LARGE", "The request body is too large."
    closes = True


class UnsupportedMediaType(HttpRefusal):
    """The body is not JSON in UTF-8 as it stands."""

    status, code, message = (
        415,
        "UNSUPPORTED_MEDIA_TYPE",
        "Send the body as application/json in UTF-8, without a content encoding.",
    )


class NotMultipart(UnsupportedMediaType):
    """The body is no form with a file."""

    message = "Send the file as multipart/form-data, without a content encoding."


class HeadersTooLarge(HttpRefusal):
    """The headers or the query pass the limit."""

    status, code, message = 431, "HEADERS_TOO_LARGE", "The request's headers are too large."
