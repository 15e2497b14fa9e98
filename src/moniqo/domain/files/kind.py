"""What stored bytes are; of uploads by themselves and not by what they are called."""

from enum import StrEnum
from typing import Self


class FileKind(StrEnum):
    """The kinds of files that are known here; the value is the media type.

    Nobody uploads CSV: nothing in such a file tells what it is.
    """

    JPEG = "image/jpeg"
    PNG = "image/png"
    GIF = "image/gif"
    PDF = "application/pdf"
    CSV = "text/csv"

    @classmethod
    def of(cls, content: bytes) -> Self | None:
        """The kind that the content begins as; None for everything else."""
        for start, kind in _STARTS.items():
            if content.startswith(start):
                return cls(kind)
        return None

    @classmethod
    def named(cls, key: str) -> Self:
        """The kind that the ending of an object's key tells."""
        return cls(_KINDS[key.rpartition(".")[2]])

    @property
    def ending(self) -> str:
        """What names of such files end with."""
        return _ENDINGS[self]


PICTURES = frozenset({FileKind.JPEG, FileKind.PNG, FileKind.GIF})
UPLOADED = frozenset(FileKind) - {FileKind.CSV}
_ENDINGS = {
    FileKind.JPEG: "jpg",
    FileKind.PNG: "png",
    FileKind.GIF: "gif",
    FileKind.PDF: "pdf",
    FileKind.CSV: "csv",
}
_KINDS = {ending: kind for kind, ending in _ENDINGS.items()}
_STARTS = {
    b"\xff\xd8\xff": FileKind.JPEG,
    b"\x89PNG\r\n\x1a\n": FileKind.PNG,
    b"GIF87a": FileKind.GIF,
    b"GIF89a": FileKind.GIF,
    b"%PDF-": FileKind.PDF,
}
