"""Making roles."""

from dataclasses import dataclass

from moniqo.application.identity.permissions import grant
from moniqo.application.identity.principal import Principal
from moniqo.application.identity.recorded_changes import RecordedChanges
from moniqo.application.identity.role_drafts import RoleDraft
from moniqo.application.identity.role_names import require_free_name
from moniqo.application.shared.persistence import Transaction
from moniqo.application.shared.system import Ids
from moniqo.domain.audit.audit_log import AuditAction
from moniqo.domain.identity.role import Role
from moniqo.domain.shared.ids import RoleId


@dataclass(frozen=True, slots=True)
class CreateRole:
    """Make a role of permissions that the caller holds.

    Raises `Forbidden` for one that they lack, `Invalid` for one that does not exist, and
    `AlreadyExists` if the name is taken, in whatever case.
    """

    changes: RecordedChanges
    ids: Ids

    async def __call__(self, *, caller: Principal, draft: RoleDraft) -> Role:
        """The new role."""
        role_id = RoleId(self.ids.new())

        async def create(tx: Transaction) -> Role:
            await require_free_name(tx, draft.name, role_id)
            await grant(tx, caller, draft.permission_ids)
            role = Role(id=role_id, name=draft.name, description=draft.description)
            return await tx[Role].add(role.granting(draft.permission_ids))

        return await self.changes.make(create, AuditAction.CREATE, ("Role", None))
