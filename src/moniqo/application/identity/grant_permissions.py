"""Giving a role more permissions."""

from dataclasses import dataclass

from moniqo.application.identity.permissions import grant
from moniqo.application.identity.principal import Principal
from moniqo.application.identity.recorded_changes import RecordedChanges
from moniqo.application.identity.role_drafts import Grant
from moniqo.application.shared.persistence import Transaction
from moniqo.domain.audit.audit_log import AuditAction
from moniqo.domain.identity.role import Role
from moniqo.domain.shared.ids import RoleId


@dataclass(frozen=True, slots=True)
class GrantPermissions:
    """Let a role hold permissions as well that the caller holds.

    Raises `NotFound`, `RuleViolated` for a system role, `Forbidden` for a permission that the
    caller lacks, `Invalid` for one that does not exist.
    """

    changes: RecordedChanges

    async def __call__(self, *, caller: Principal, role_id: RoleId, wanted: Grant) -> Role:
        """The role as it is now."""

        async def change(tx: Transaction) -> Role:
            role = await tx[Role].get(role_id)
            role.require_changeable()
            await grant(tx, caller, wanted.permission_ids)
            return await tx[Role].save(role.granting(wanted.permission_ids))

        entity = ("Role", role_id)
        return await self.changes.make(change, AuditAction.PERMISSION_CHANGE, entity)
