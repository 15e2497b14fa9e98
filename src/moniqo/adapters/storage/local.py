"""Objects as files below one folder."""

import asyncio
import errno
import hashlib
import os
import secrets
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from moniqo.adapters.storage.keys import parts_of
from moniqo.adapters.storage.signed_links import SignedLinks
from moniqo.application.files.ports import Content, LinkTerms, Pieces
from moniqo.domain.files.kind import FileKind
from moniqo.domain.shared.errors import NotFound, Unavailable

PIECE = 262_144
_UNFINISHED = ".unfinished"


class LocalStorage:
    """See `Storage`. A file is there as a whole or not at all, also after a crash.

    The folder is made when it is first needed.
    """

    def __init__(self, folder: Path, links: SignedLinks) -> None:
        self._folder = folder
        self._links = links

    async def put(self, key: str, content: bytes | Pieces, kind: FileKind) -> None:  # noqa: ARG002  (a key says it)
        """See `Storage`."""
        path = self._path(key)
        unfinished = self._unfinished / f"{_digest(key)}.{secrets.token_hex(8)}"
        if isinstance(content, bytes):
            await asyncio.to_thread(_write, path, unfinished, content)
            return
        with await asyncio.to_thread(_begun, path, unfinished) as file:
            async for piece in content:
                await asyncio.to_thread(_append, file, piece)
            await asyncio.to_thread(_finish, file, path, unfinished)

    async def open(self, key: str) -> Content:
        """See `Storage`."""
        return await asyncio.to_thread(_opened, self._path(key))

    async def delete(self, key: str) -> None:
        """See `Storage`. What a crash left of it unfinished goes as well."""
        await asyncio.to_thread(_remove, self._path(key), self._unfinished, _digest(key))

    async def link(self, key: str, terms: LinkTerms) -> str:
        """See `Storage`."""
        parts_of(key)
        return self._links.made(key, terms)

    async def check(self) -> None:
        """See `Storage`."""
        with _told():
            await asyncio.to_thread(self._require_writable)

    def _path(self, key: str) -> Path:
        return self._folder.joinpath(*parts_of(key))

    @property
    def _unfinished(self) -> Path:
        """Where files are written first, named by their keys: who deletes one finds its rests."""
        return self._folder / _UNFINISHED

    def _require_writable(self) -> None:
        """Look at the folder or, before there is one, at where it will be made."""
        there = next(path for path in (self._folder, *self._folder.parents) if path.exists())
        if not there.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, "Not a directory", str(there))
        if not os.access(there, os.R_OK | os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, "Permission denied", str(there))


@contextmanager
def _told() -> Iterator[None]:
    """The system's errors as ours; paths are for the operator's eyes, who finds them in the log."""
    try:
        yield
    except OSError as error:
        raise Unavailable(
            f"The folder of files cannot be used ({error.strerror}). Is STORAGE_URL right?"
        ) from error


def _opened(path: Path) -> Content:
    with _told():
        try:
            file = path.open("rb")
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            raise NotFound("There is no such object.") from None
        return Content(os.fstat(file.fileno()).st_size, _pieces(file))


async def _pieces(file: BinaryIO) -> AsyncGenerator[bytes, None]:
    with file:
        while piece := await asyncio.to_thread(file.read, PIECE):
            yield piece


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _write(path: Path, unfinished: Path, content: bytes) -> None:
    with _begun(path, unfinished) as file:
        _append(file, content)
        _finish(file, path, unfinished)


def _begun(path: Path, unfinished: Path) -> BinaryIO:
    with _told():
        unfinished.parent.mkdir(parents=True, exist_ok=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        # Unbuffered: closing it after a failure must not fail as well.
        return unfinished.open("wb", buffering=0)


def _append(file: BinaryIO, piece: bytes) -> None:
    with _told():
        left = memoryview(piece)
        while left:
            left = left[file.write(left) :]


def _finish(file: BinaryIO, path: Path, unfinished: Path) -> None:
    with _told():
        os.fsync(file.fileno())
        unfinished.replace(path)
        _sync(path.parent)


def _remove(path: Path, unfinished: Path, digest: str) -> None:
    with _told():
        for found in (path, *unfinished.glob(f"{digest}.*")):
            found.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    """Make the folder's entries last: the file's name is one of them."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
