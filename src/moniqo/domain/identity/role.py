"""Roles and the permissions that they hold."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Self
from unicodedata import normalize

from moniqo.domain.shared.entity import Entity
from moniqo.domain.shared.errors import RuleViolated
from moniqo.domain.shared.ids import PermissionId, RoleId
from moniqo.domain.shared.rules import Length, Pattern

Word = Annotated[
    str, Pattern(r"[a-z][a-z0-9_]{0,49}", "1 to 50 lower-case letters, digits or underscores")
]


_SEEN = r"[^\s\x00-\x1f\x7f-\x9f]"
RoleName = Annotated[
    str,
    Length(1, 50),
    Pattern(
        rf"{_SEEN}([^\x00-\x1f\x7f-\x9f]*{_SEEN})?", "a name in one line, without outer spaces"
    ),
]


def folded(name: str) -> str:
    """What names have in common that differ in the case or the form of their letters only."""
    return normalize("NFKC", normalize("NFKC", name).casefold())


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
    name: RoleName
    description: Annotated[str, Length(0, 500)] = ""
    permission_ids: tuple[PermissionId, ...] = ()
    is_system: bool = False

    def require_changeable(self) -> None:
        """Raise `RuleViolated` for a system role."""
        if self.is_system:
            raise RuleViolated(f"{self.name} is a system role, which stays as it is.")

    def granting(self, permissions: Iterable[PermissionId]) -> Self:
        """With these permissions as well, each once."""
        return self.with_(permission_ids=tuple(dict.fromkeys((*self.permission_ids, *permissions))))

    def without(self, permission: PermissionId) -> Self:
        """Less one permission."""
        held = tuple(known for known in self.permission_ids if known != permission)
        return self.with_(permission_ids=held)
