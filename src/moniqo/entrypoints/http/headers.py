"""Raw headers of a request."""

from collections.abc import Awaitable, Callable, Iterator
from typing import Any

Scope = Any
Receive = Callable[[], Awaitable[Any]]
ASKED_HEAD = "moniqo.asked_head"
"""Stands in the scope of a GET that answers HEAD."""


def header(scope: Scope, name: bytes) -> Iterator[bytes]:
    """Every value of a header; `name` in lower case."""
    return (value for key, value in scope["headers"] if key == name)
