"""Giving somebody another role."""

from dataclasses import dataclass, replace

from moniqo.application.identity.ending_sessions import end_sessions
from moniqo.application.identity.members import (
    Profile,
    keys_of,
    member_of,
    permissions_of,
    profile_of,
)
from moniqo.application.identity.principal import Principal
from moniqo.application.identity.recorded_changes import RecordedChanges
from moniqo.application.identity.roles import (
    keep_role,
    known_role,
    require_held,
    require_reach,
)
from moniqo.application.identity.superadmins import require_another_superadmin
from moniqo.application.shared.persistence import Transaction
from moniqo.application.shared.system import Clock
from moniqo.domain.audit.audit_log import AuditAction
from moniqo.domain.identity.session import RevokeReason
from moniqo.domain.identity.user import User
from moniqo.domain.shared.entity import Value
from moniqo.domain.shared.ids import RoleId, UserId


@dataclass(frozen=True, slots=True)
class RoleChoice(Value):
    """The role that somebody shall have."""

    role_id: RoleId


@dataclass(frozen=True, slots=True)
class AssignRole:
    """Give a user another role, which ends their sessions; the role that they have changes nothing.

    Raises `NotFound`; `Invalid` if there is no such role; `Forbidden` if the role, or the user as
    they are, may do what the caller may not; `RuleViolated` for the last Superadmin.
    """

    changes: RecordedChanges
    clock: Clock

    async def __call__(self, *, caller: Principal, user_id: UserId, choice: RoleChoice) -> Profile:
        """The user as they are now."""

        async def assign(tx: Transaction) -> Profile:
            member = await member_of(tx, user_id)
            require_reach(caller, member.permissions)
            role = await known_role(tx, choice.role_id)
            held = keys_of(role, await permissions_of(tx, (role,)))
            require_held(caller, held)
            if role.id == member.role.id:
                return profile_of(member)
            await keep_role(tx, role)
            await require_another_superadmin(tx, member)
            user = await tx[User].save(member.user.with_(role_id=role.id))
            await end_sessions(tx, user_id, RevokeReason.ROLE_CHANGED, self.clock.now())
            return profile_of(replace(member, user=user, role=role, permissions=held))

        return await self.changes.make(assign, AuditAction.PERMISSION_CHANGE, ("User", user_id))
