"""An uploaded file."""

from dataclasses import dataclass
from typing import Annotated, NewType
from uuid import UUID

from moniqo.domain.shared.entity import Entity
from moniqo.domain.shared.ids import UserId
from moniqo.domain.shared.rules import Length, Pattern, Range

FileId = NewType("FileId", UUID)


@dataclass(frozen=True, slots=True, kw_only=True)
class File(Entity):
    """What is known of a file; its bytes (`size` of them) lie in the store of files."""

    id: FileId
    owner_id: UserId
    storage_key: Annotated[str, Length(1, 255)]
    name: Annotated[str, Length(1, 255)]
    content_type: Annotated[str, Length(1, 100)]
    size: Annotated[int, Range(least=0)]
    sha256: Annotated[str, Pattern(r"[0-9a-f]{64}", "64 hexadecimal digits")]
