"""Changing roles."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from moniqo.application.identity.permissions import grant
from moniqo.application.identity.principal import Principal
from moniqo.application.identity.recorded_changes import RecordedChanges
from moniqo.application.identity.role_names import require_free_name
from moniqo.application.shared.persistence import Transaction
from moniqo.domain.audit.audit_log import AuditAction
from moniqo.domain.identity.role import Role
from moniqo.domain.shared.ids import RoleId


@dataclass(frozen=True, slots=True)
class UpdateRole:
    """Change a role's fields; `changes` are those of `RoleDraft`.

    What its holders may do changes with their next request. Raises `NotFound`, `RuleViolated`
    for a system role, `Forbidden` for a permission that is new to the role and that the caller
    lacks, `Invalid` for one that does not exist, `AlreadyExists` if the name is taken, in whatever
    case.
    """

    changes: RecordedChanges

    async def __call__(
        self, *, caller: Principal, role_id: RoleId, changes: Mapping[str, Any]
    ) -> Role:
        """The role as it is now."""
        fields = dict(changes)
        wanted = tuple(dict.fromkeys(fields.get("permission_ids", ())))
        if "permission_ids" in fields:
            fields["permission_ids"] = wanted

        async def change(tx: Transaction) -> Role:
            role = await tx[Role].get(role_id)
            role.require_changeable()
            if fields.get("name", role.name) != role.name:
                await require_free_name(tx, fields["name"], role_id)
            await grant(tx, caller, (item for item in wanted if item not in role.permission_ids))
            return await tx[Role].save(role.with_(**fields))

        return await self.changes.make(change, AuditAction.UPDATE, ("Role", role_id))
