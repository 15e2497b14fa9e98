"""Taking roles away."""

from dataclasses import dataclass

from moniqo.application.identity.recorded_changes import RecordedChanges
from moniqo.application.shared.persistence import Transaction
from moniqo.application.shared.query import eq
from moniqo.domain.audit.audit_log import AuditAction
from moniqo.domain.identity.role import Role
from moniqo.domain.identity.user import User
from moniqo.domain.shared.errors import RuleViolated
from moniqo.domain.shared.ids import RoleId


@dataclass(frozen=True, slots=True)
class RemoveRole:
    """Soft-delete a role that nobody has.

    Raises `NotFound`, and `RuleViolated` for a system role or one in use: whoever gives somebody
    a role touches it, so that of the two at once one sees the other.
    """

    changes: RecordedChanges

    async def __call__(self, *, role_id: RoleId) -> None:
        """Remove it."""

        async def remove(tx: Transaction) -> None:
            role = await tx[Role].get(role_id)
            role.require_changeable()
            await tx[Role].remove(role)
            if await tx[User].first(eq("role_id", role_id)) is not None:
                raise RuleViolated("Somebody has this role: give them another one first.")

        await self.changes.make(remove, AuditAction.DELETE, ("Role", role_id))
