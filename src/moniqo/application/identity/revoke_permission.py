"""Taking a permission from a role."""

from dataclasses import dataclass

from moniqo.application.identity.recorded_changes import RecordedChanges
from moniqo.application.shared.persistence import Transaction
from moniqo.domain.audit.audit_log import AuditAction
from moniqo.domain.identity.role import Role
from moniqo.domain.shared.errors import NotFound
from moniqo.domain.shared.ids import PermissionId, RoleId


@dataclass(frozen=True, slots=True)
class RevokePermission:
    """Take a permission from a role; its holders lack it at their next request.

    Raises `NotFound` for an unknown role or a permission that it does not hold, `RuleViolated`
    for a system role.
    """

    changes: RecordedChanges

    async def __call__(self, *, role_id: RoleId, permission_id: PermissionId) -> None:
        """Take it."""

        async def change(tx: Transaction) -> None:
            role = await tx[Role].get(role_id)
            role.require_changeable()
            if permission_id not in role.permission_ids:
                raise NotFound("The role does not hold this permission.")
            await tx[Role].save(role.without(permission_id))

        await self.changes.make(change, AuditAction.PERMISSION_CHANGE, ("Role", role_id))
