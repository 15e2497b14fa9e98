"""Raw headers of a request."""

from collections.abc import Awaitable, Callable, Iterator
from typing import Any

Scope = Any
Receive = Callable[[], Awaitable[Any]]


def header(scope: Scope, name: bytes) -> Iterator[bytes]:
    """Every value of a header; `name` in lower case."""
    return (value for key, value in scope["headers"] if key == name)
