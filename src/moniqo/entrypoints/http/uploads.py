"""Uploads read as they arrive, kept in memory within a limit and nowhere else."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from typing import TypeVar
from uuid import UUID

from multipart import MultipartError, MultipartSegment, PushMultipartParser

from moniqo.application.files.upload import Upload
from moniqo.application.shared.caller import current_call
from moniqo.domain.shared.errors import Fault, Invalid, RateLimited, Rejected, Unavailable
from moniqo.entrypoints.http.bodies import pieces, require_announced
from moniqo.entrypoints.http.headers import Receive, Scope
from moniqo.entrypoints.http.media_type import boundary_of
from moniqo.entrypoints.http.refusals import PayloadTooLarge, RequestTimeout

U = TypeVar("U", bound=Upload)

PART = "file"
"""The name of the one part that an upload has."""
AROUND = 65_536
"""Bytes that a form may have beside the file itself."""
_MOST_PARTS = 16
_LEAST_SHARE = 2


class UploadReader:
    """Reads each kind of upload up to its own limit in bytes, waiting `seconds` for the whole.

    So many are read `at_once`, of one user half; their files are what memory is needed for.
    """

    def __init__(self, most: Mapping[type[Upload], int], *, seconds: float, at_once: int) -> None:
        self._most = most
        self._seconds = seconds
        self._at_once = at_once
        self._of_one = max(_LEAST_SHARE, at_once // 2)
        self._present: Counter[UUID | None] = Counter()

    async def read(self, kind: type[U], scope: Scope, receive: Receive) -> U:
        """The one file of the form.

        Raises `HttpRefusal`; `Rejected` for what is no such form, `Invalid` for one with other
        parts, `Unavailable` if too many are being read, `RateLimited` if too many of the caller's.
        """
        form = _Form(boundary_of(scope), self._most[kind])
        require_announced(scope, self._most[kind] + AROUND)
        with self._place():
            try:
                async with asyncio.timeout(self._seconds):
                    async for piece in pieces(receive, self._most[kind] + AROUND):
                        form.feed(piece)
            except TimeoutError:
                raise RequestTimeout from None
        return kind(*form.finished())

    @contextmanager
    def _place(self) -> Iterator[None]:
        """Room for one more; nobody may take so much that there is none for others."""
        caller = current_call.get().actor_id
        if self._present.total() >= self._at_once:
            raise Unavailable("Too many uploads at once. Try again soon.", retry_after=2)
        if self._present[caller] >= self._of_one:
            raise RateLimited("You upload too much at once. Try again soon.", retry_after=2)
        self._present[caller] += 1
        try:
            yield
        finally:
            self._present -= Counter((caller,))


class _Form:
    """A form on its way in: the file is kept, other parts are noted and passed over."""

    def __init__(self, boundary: str, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._faults: list[Fault] = []
        self._file: BytesIO | None = None
        self._name = ""
        self._filling: BytesIO | None = None
        try:
            self._parser = PushMultipartParser(boundary, max_segment_count=_MOST_PARTS)
        except (MultipartError, UnicodeError) as error:
            raise _malformed() from error

    def feed(self, piece: bytes) -> None:
        """Take the next bytes; raises `PayloadTooLarge` as soon as the file is."""
        if not piece:
            return
        try:
            for event in self._parser.parse(piece):
                if isinstance(event, MultipartSegment):
                    self._begin(event)
                elif event is not None and self._filling is not None:
                    self._append(event, self._filling)
        except MultipartError as error:
            raise _malformed() from error

    def finished(self) -> tuple[str, bytes]:
        """The file's name as told, and its bytes; raises `Invalid` naming every part at fault."""
        try:
            self._parser.close()
        except MultipartError as error:
            raise _malformed() from error
        if self._file is None:
            self._faults.append(Fault(PART, "is required"))
        if self._file is None or self._faults:
            raise Invalid.naming("The form is not as it should be", self._faults)
        # Not copied: the buffer is given away as it is.
        return self._name, self._file.getvalue()

    def _begin(self, part: MultipartSegment) -> None:
        self._filling = None
        if part.name != PART:
            self._faults.append(Fault(part.name or "", "is no part that is known here"))
        elif self._file is not None:
            self._faults.append(Fault(PART, "must be there once"))
        else:
            self._file = self._filling = BytesIO()
            self._name = part.filename or ""

    def _append(self, data: bytes, target: BytesIO) -> None:
        if target.tell() + len(data) > self._most_bytes:
            raise PayloadTooLarge
        target.write(data)


def _malformed() -> Rejected:
    return Rejected("The body is no well-formed multipart/form-data.")
