"""Taking permissions away."""

from dataclasses import dataclass

from moniqo.application.identity.members import SUPERADMIN
from moniqo.application.identity.permissions import is_built_in
from moniqo.application.identity.recorded_changes import RecordedChanges
from moniqo.application.identity.roles import every_role
from moniqo.application.shared.persistence import Transaction
from moniqo.domain.audit.audit_log import AuditAction
from moniqo.domain.identity.role import Permission, Role
from moniqo.domain.shared.errors import RuleViolated
from moniqo.domain.shared.ids import PermissionId


@dataclass(frozen=True, slots=True)
class RemovePermission:
    """Soft-delete a permission that no role holds but that of the Superadmins, who lose it.

    Raises `NotFound`, and `RuleViolated` for one of the system or one in use: whoever gives a
    role a permission touches it, so that of the two at once one sees the other.
    """

    changes: RecordedChanges

    async def __call__(self, *, permission_id: PermissionId) -> None:
        """Remove it."""

        async def remove(tx: Transaction) -> None:
            known = await tx[Permission].get(permission_id)
            if is_built_in(known):
                raise RuleViolated("A permission of the system stays.")
            await tx[Permission].remove(known)
            await _release(tx, permission_id)

        entity = ("Permission", permission_id)
        await self.changes.make(remove, AuditAction.DELETE, entity)


async def _release(tx: Transaction, permission_id: PermissionId) -> None:
    for role in await every_role(tx):
        if permission_id not in role.permission_ids:
            continue
        if role.name != SUPERADMIN:
            raise RuleViolated(f"The role {role.name} holds this permission.")
        await tx[Role].save(role.without(permission_id))
