"""Making permissions."""

from dataclasses import dataclass

from moniqo.application.identity.members import SUPERADMIN
from moniqo.application.identity.recorded_changes import RecordedChanges
from moniqo.application.identity.role_drafts import PermissionDraft
from moniqo.application.identity.roles import system_role
from moniqo.application.shared.persistence import Transaction
from moniqo.application.shared.system import Ids
from moniqo.domain.audit.audit_log import AuditAction
from moniqo.domain.identity.role import Permission, Role
from moniqo.domain.shared.ids import PermissionId


@dataclass(frozen=True, slots=True)
class CreatePermission:
    """Make a permission, which Superadmins hold at once; raises `AlreadyExists` if there is one."""

    changes: RecordedChanges
    ids: Ids

    async def __call__(self, *, draft: PermissionDraft) -> Permission:
        """The new permission."""
        made = Permission(
            id=PermissionId(self.ids.new()),
            resource=draft.resource,
            action=draft.action,
            description=draft.description,
        )

        async def create(tx: Transaction) -> Permission:
            everything = await system_role(tx, SUPERADMIN)
            added = await tx[Permission].add(made)
            await tx[Role].save(everything.granting((added.id,)))
            return added

        return await self.changes.make(create, AuditAction.CREATE, ("Permission", None))
