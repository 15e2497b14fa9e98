"""Leaving, and being made to leave."""

from dataclasses import dataclass

from moniqo.application.identity.ending_sessions import end_sessions
from moniqo.application.identity.mail_tokens import withdraw
from moniqo.application.identity.members import member_of
from moniqo.application.identity.principal import Principal
from moniqo.application.identity.recorded_changes import RecordedChanges
from moniqo.application.identity.roles import require_reach
from moniqo.application.identity.superadmins import require_another_superadmin
from moniqo.application.shared.persistence import Transaction
from moniqo.application.shared.system import Clock
from moniqo.domain.audit.audit_log import AuditAction
from moniqo.domain.identity.account import Account
from moniqo.domain.identity.events import UserSuspended
from moniqo.domain.identity.session import RevokeReason
from moniqo.domain.identity.user import User
from moniqo.domain.shared.ids import UserId


@dataclass(frozen=True, slots=True)
class RemoveUser:
    """Soft-delete the caller, or somebody who may do no more than the caller.

    Every session ends, nothing of theirs runs any more, address and username are free again.
    Raises `NotFound`, `Forbidden`, and `RuleViolated` for the last Superadmin.
    """

    changes: RecordedChanges
    clock: Clock

    async def __call__(self, *, caller: Principal, user_id: UserId) -> None:
        """Remove them."""

        async def remove(tx: Transaction) -> None:
            member = await member_of(tx, user_id)
            if user_id != caller.user_id:
                require_reach(caller, member.permissions)
            await require_another_superadmin(tx, member)
            await tx[User].remove(member.user)
            await tx[Account].remove(member.account)
            await end_sessions(tx, user_id, RevokeReason.DELETED, self.clock.now())
            await withdraw(tx, user_id)
            tx.emit(UserSuspended(user_id=user_id))

        await self.changes.make(remove, AuditAction.DELETE, ("User", user_id))
