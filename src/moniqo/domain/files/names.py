"""Names of uploaded files, made harmless, and the keys that objects are stored under."""

import re
import unicodedata
from datetime import datetime
from uuid import UUID

from moniqo.domain.files.file import FileId
from moniqo.domain.files.kind import FileKind
from moniqo.domain.shared.ids import UserId

LONGEST_NAME = 255
NAMELESS = "file"
_FORBIDDEN = re.compile(r'[<>:"|?*]')
_NO_SLUG = re.compile(r"[^a-z0-9]+")
_LONGEST_SLUG = 40


def safe_name(told: str) -> str:
    """The last part of the name as told, in NFC, without what could harm a terminal or a disk.

    Control and formatting characters go (a right-to-left override turns `gpj.exe` round), so do
    folders. An ending is kept when a long name is cut.
    """
    last = unicodedata.normalize("NFC", told).replace("\\", "/").rpartition("/")[2]
    # Categories of letters, marks, numbers, punctuation, symbols, and plain spaces.
    printable = "".join(it for it in last if unicodedata.category(it)[0] in "LMNPS" or it == " ")
    name = _FORBIDDEN.sub("_", printable).strip(" .")
    if len(name) <= LONGEST_NAME:
        return name or NAMELESS
    stem, dot, ending = name.rpartition(".")
    kept = f"{dot}{ending}" if stem and len(ending) < _LONGEST_SLUG else ""
    return name[: LONGEST_NAME - len(kept)] + kept


def slug(name: str) -> str:
    """A name in letters, digits and dashes; accents are taken off, an ending is left out."""
    stem = name.rpartition(".")[0] or name
    plain = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode().lower()
    return _NO_SLUG.sub("-", plain)[:_LONGEST_SLUG].strip("-") or NAMELESS


def avatar_key(user_id: UserId, now: datetime, name: str, kind: FileKind, unique: UUID) -> str:
    """Where a picture of a user is stored; no two have one key, for all that is equal in name."""
    time = now.strftime("%Y%m%dT%H%M%S") + f"{now.microsecond // 1000:03d}Z"
    tail = f"{slug(name)}-{unique.hex[-12:]}.{kind.ending}"
    return f"avatars/{user_id}/{time}_{tail}"


def file_key(owner_id: UserId, file_id: UUID, kind: FileKind) -> str:
    """Where a file is stored; its name is data and no part of it."""
    return f"files/{owner_id}/{file_id}.{kind.ending}"


def file_of(key: str) -> FileId:
    """The file that is stored under a key that `file_key` made."""
    return FileId(UUID(key.rpartition("/")[2].partition(".")[0]))
