"""Opening an account again."""

from dataclasses import dataclass, replace

from moniqo.application.identity.members import Profile, member_of, profile_of
from moniqo.application.identity.principal import Principal
from moniqo.application.identity.recorded_changes import RecordedChanges
from moniqo.application.identity.roles import require_reach
from moniqo.application.shared.persistence import Transaction
from moniqo.domain.audit.audit_log import AuditAction
from moniqo.domain.identity.account import Account
from moniqo.domain.identity.user import User
from moniqo.domain.shared.ids import UserId


@dataclass(frozen=True, slots=True)
class ActivateUser:
    """Let a deactivated user sign in again; doing it twice is harmless.

    Sessions and flows that were ended stay so. Raises `NotFound`, and `Forbidden` for somebody
    who may do what the caller may not.
    """

    changes: RecordedChanges

    async def __call__(self, *, caller: Principal, user_id: UserId) -> Profile:
        """The user as they are now."""

        async def activate(tx: Transaction) -> Profile:
            member = await member_of(tx, user_id)
            require_reach(caller, member.permissions)
            if member.account.is_active:
                return profile_of(member)
            user = await tx[User].save(member.user)
            account = await tx[Account].save(member.account.with_(is_active=True))
            return profile_of(replace(member, user=user, account=account))

        return await self.changes.make(activate, AuditAction.UPDATE, ("User", user_id))
