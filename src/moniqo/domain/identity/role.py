"""Roles and the permissions that they hold."""

from dataclasses import dataclass
from typing import Annotated

from moniqo.domain.shared.entity import Entity
from moniqo.domain.shared.ids import PermissionId, RoleId
from moniqo.domain.shared.rules import Length, Pattern

Word = Annotated[
    str, Pattern(r"[a-z][a-z0-9_]{0,49}", "1 to 50 lower-case letters, digits or underscores")
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission(Entity):
    """The right to do something with a kind of thing, written `resource:action`."""

    id: PermissionId
    resource: Word
    action: Word
    description: Annotated[str, Length(0, 500)] = ""

    @property
    def key(self) -> str:
        """`resource:action`."""
        return f"{self.resource}:{self.action}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Role(Entity):
    """A named set of permissions. System roles are made at first start and stay as they are."""

    id: RoleId
    name: Annotated[str, Length(1, 50)]
    description: Annotated[str, Length(0, 500)] = ""
    permission_ids: tuple[PermissionId, ...] = ()
    is_system: bool = False
