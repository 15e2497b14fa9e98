"""Ports of uploads: where bytes lie, and what looks into pictures."""

from collections.abc import AsyncGenerator, AsyncIterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from moniqo.application.shared.outside import Outside
from moniqo.domain.files.kind import FileKind

Pieces = AsyncIterable[bytes]
"""The bytes of an object one after another, so that it need not be in memory as a whole."""


@dataclass(frozen=True, slots=True)
class Content:
    """An object's `size` bytes, piece by piece; whoever takes it reads it through or closes it."""

    size: int
    chunks: AsyncGenerator[bytes, None]


@dataclass(frozen=True, slots=True)
class LinkTerms:
    """How long a link is good for, and what the file is saved and shown as."""

    life: timedelta
    name: str
    content_type: str


class Storage(Outside, Protocol):
    """Objects by key. A store that cannot be reached, or is full, raises `Unavailable`.

    Keys have parts of `A-Za-z0-9._-`, parted by slashes; others are a `ValueError`.
    """

    async def put(self, key: str, content: bytes | Pieces, kind: FileKind) -> None:
        """Store the whole object or, if this raises, all of it or nothing; replaces another.

        What comes in pieces is never held as a whole; what giving them raises is raised here, and
        nothing is stored then.
        """

    async def open(self, key: str) -> Content:
        """The object; raises `NotFound`."""

    async def delete(self, key: str) -> None:
        """Remove the object; one that is not there is no error."""

    async def link(self, key: str, terms: LinkTerms) -> str:
        """An address, which may be a path on this server, that anybody may read the object at.

        It is answered with a download of that name. Whether there is an object is not looked at.
        """

    async def check(self) -> None:
        """Raise `Unavailable`, saying why and what to do, unless objects can be stored."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that was made anew from the pixels of another."""

    content: bytes
    kind: FileKind


class Pictures(Protocol):
    """Looks into pictures that nobody vouches for, in bounded time and memory."""

    async def renewed(self, content: bytes, kind: FileKind) -> Picture:
        """The picture of the same kind, upright, with nothing in it but pixels.

        Of a moving one the first frame. Raises `UnsupportedFileType` for what is broken, not of
        that kind or made to exhaust, `Unavailable` with `retry_after` when overloaded.
        """
