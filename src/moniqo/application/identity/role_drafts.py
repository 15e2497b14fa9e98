"""What callers send to make or change roles and permissions."""

from dataclasses import dataclass
from typing import Annotated

from moniqo.domain.identity.role import RoleName, Word
from moniqo.domain.shared.entity import Value
from moniqo.domain.shared.ids import PermissionId
from moniqo.domain.shared.rules import Length

MOST_PERMISSIONS = 500

PermissionIds = Annotated[tuple[PermissionId, ...], Length(0, MOST_PERMISSIONS)]
Description = Annotated[str, Length(0, 500)]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleDraft(Value):
    """A role to be, with the permissions that it holds."""

    name: RoleName
    description: Description = ""
    permission_ids: PermissionIds = ()


@dataclass(frozen=True, slots=True)
class Grant(Value):
    """Permissions that a role shall hold as well."""

    permission_ids: Annotated[tuple[PermissionId, ...], Length(1, MOST_PERMISSIONS)]


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionDraft(Value):
    """The right to do something with a kind of thing, written `resource:action`."""

    resource: Word
    action: Word
    description: Description = ""
