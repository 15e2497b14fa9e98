"""What arrives."""

from dataclasses import dataclass
from typing import ClassVar

from moniqo.domain.files.kind import PICTURES, UPLOADED, FileKind


@dataclass(frozen=True, slots=True)
class Upload:
    """Bytes and what they are said to be called; nothing of either is checked.

    `kinds` are those that may be sent so.
    """

    kinds: ClassVar[frozenset[FileKind]]

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class AvatarUpload(Upload):
    """A picture of oneself."""

    kinds = PICTURES


@dataclass(frozen=True, slots=True)
class FileUpload(Upload):
    """A file to keep."""

    kinds = UPLOADED
