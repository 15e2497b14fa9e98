"""Taking a removal back."""

from dataclasses import dataclass

from moniqo.application.identity.members import (
    ORDINARY,
    Member,
    Profile,
    keys_of,
    permissions_of,
    profile_of,
)
from moniqo.application.identity.principal import Principal
from moniqo.application.identity.recorded_changes import RecordedChanges
from moniqo.application.identity.roles import keep_role, require_reach, system_role
from moniqo.application.shared.persistence import Transaction
from moniqo.application.shared.query import eq
from moniqo.domain.audit.audit_log import AuditAction
from moniqo.domain.identity.account import Account
from moniqo.domain.identity.role import Role
from moniqo.domain.identity.user import User
from moniqo.domain.shared.errors import RuleViolated
from moniqo.domain.shared.ids import UserId


@dataclass(frozen=True, slots=True)
class RestoreUser:
    """Let somebody back in who was removed; who had a role that is gone is an ordinary user.

    What ran for them stays stopped, and their old sessions stay over. Raises `NotFound`,
    `Forbidden`, `RuleViolated` unless they were removed, and `AlreadyExists` if somebody else
    has their address or username by now.
    """

    changes: RecordedChanges

    async def __call__(self, *, caller: Principal, user_id: UserId) -> Profile:
        """The user as they are again."""

        async def restore(tx: Transaction) -> Profile:
            user = await tx[User].get(user_id, include_deleted=True)
            if user.deleted_at is None:
                raise RuleViolated("The user was not removed.")
            account = await tx[Account].get(user.account_id, include_deleted=True)
            role = await tx[Role].first(eq("id", user.role_id)) or await system_role(tx, ORDINARY)
            held = keys_of(role, await permissions_of(tx, (role,)))
            require_reach(caller, held)
            await keep_role(tx, role)
            account = await tx[Account].save(account.with_(deleted_at=None))
            user = await tx[User].save(user.with_(deleted_at=None, role_id=role.id))
            return profile_of(Member(user, account, role, held))

        return await self.changes.make(restore, AuditAction.UPDATE, ("User", user_id))
