"""A file of somebody's, uploaded or made for them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, NewType
from uuid import UUID

from moniqo.domain.shared.entity import Entity
from moniqo.domain.shared.ids import UserId
from moniqo.domain.shared.rules import Length, Pattern, Range

FileId = NewType("FileId", UUID)


@dataclass(frozen=True, slots=True, kw_only=True)
class File(Entity):
    """What is known of a file; its bytes (`size` of them) lie in the store of files.

    From `expires_at` on it is nobody's. Where it `needs` a permission its owner has it as long as
    they hold that.
    """

    id: FileId
    owner_id: UserId
    storage_key: Annotated[str, Length(1, 255)]
    name: Annotated[str, Length(1, 255)]
    content_type: Annotated[str, Length(1, 100)]
    size: Annotated[int, Range(least=0)]
    sha256: Annotated[str, Pattern(r"[0-9a-f]{64}", "64 hexadecimal digits")]
    expires_at: datetime | None = None
    needs: Annotated[str, Length(1, 100)] | None = None

    def is_over(self, now: datetime) -> bool:
        """Whether its time has come."""
        return self.expires_at is not None and self.expires_at <= now
