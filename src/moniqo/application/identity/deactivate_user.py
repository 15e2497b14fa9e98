"""Shutting an account without taking it away."""

from dataclasses import dataclass, replace

from moniqo.application.identity.ending_sessions import end_sessions
from moniqo.application.identity.mail_tokens import withdraw
from moniqo.application.identity.members import Profile, member_of, profile_of
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
class DeactivateUser:
    """From now on the user cannot sign in, and nothing of theirs runs; doing it twice is harmless.

    Their sessions are over for good, whatever comes later. Raises `NotFound`, `Forbidden` for
    somebody who may do what the caller may not, `RuleViolated` for the last Superadmin.
    """

    changes: RecordedChanges
    clock: Clock

    async def __call__(self, *, caller: Principal, user_id: UserId) -> Profile:
        """The user as they are now."""

        async def deactivate(tx: Transaction) -> Profile:
            member = await member_of(tx, user_id)
            require_reach(caller, member.permissions)
            if not member.account.is_active:
                return profile_of(member)
            await require_another_superadmin(tx, member)
            # Touched: somebody who is being made a Superadmin meanwhile is noticed.
            user = await tx[User].save(member.user)
            account = await tx[Account].save(member.account.with_(is_active=False))
            await end_sessions(tx, user_id, RevokeReason.DEACTIVATED, self.clock.now())
            await withdraw(tx, user_id)
            tx.emit(UserSuspended(user_id=user_id))
            return profile_of(replace(member, user=user, account=account))

        return await self.changes.make(deactivate, AuditAction.UPDATE, ("User", user_id))
