"""Another password, by who knows the present one."""

from dataclasses import dataclass

from moniqo.application.identity.changing_passwords import PasswordChanges
from moniqo.application.identity.lockout import Claim, names_of, wrong_password
from moniqo.application.identity.members import Member, member_of
from moniqo.application.identity.password_proof import PasswordProof
from moniqo.application.identity.password_rules import PasswordRules
from moniqo.application.identity.ports import PasswordHasher
from moniqo.application.identity.principal import Principal
from moniqo.application.identity.throttle import Allowance, Throttle
from moniqo.application.shared.conflicts import settled
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.domain.audit.audit_log import AuditAction
from moniqo.domain.identity.account import Account
from moniqo.domain.identity.credentials import Password, PasswordHash
from moniqo.domain.shared.entity import Value


@dataclass(frozen=True, slots=True)
class PasswordChange(Value):
    """The password in force, and the one to come."""

    current_password: Password
    new_password: Password


@dataclass(frozen=True, slots=True)
class PasswordPace:
    """How often somebody may try to change their password."""

    attempts: Allowance


@dataclass(frozen=True, slots=True)
class ChangePassword:
    """Set the caller's password and end their other sessions; this one keeps its tokens.

    A wrong present password counts as one at sign-in does. Raises `WeakPassword`,
    `InvalidCredentials`, `Locked`, `RateLimited`.
    """

    uow: UnitOfWork
    rules: PasswordRules
    hasher: PasswordHasher
    throttle: Throttle
    proof: PasswordProof
    changes: PasswordChanges
    pace: PasswordPace

    async def __call__(self, *, caller: Principal, change: PasswordChange) -> None:
        """Set it."""
        member = await self._member(caller)
        names = (member.user.first_name, member.user.last_name)
        email = member.account.email
        self.rules.require(change.new_password, email=email, names=names, field="new_password")
        claim = own_claim(caller, member.account)
        await self.proof.require_open(claim)
        await self.throttle.take(self.pace.attempts, str(caller.user_id))
        await self.proof.require(claim, change.current_password)
        hashed = await self.hasher.hash(change.new_password)
        await settled(lambda: self._set(caller, claim, member.account, hashed))

    async def _member(self, caller: Principal) -> Member:
        async with self.uow() as tx:
            return await member_of(tx, caller.user_id)

    async def _set(
        self, caller: Principal, claim: Claim, known: Account, hashed: PasswordHash
    ) -> None:
        async with self.uow() as tx:
            stands = await self.proof.lockout.judge(tx, claim)
            if stands is not None:
                raise stands
            account = await tx[Account].get(caller.account_id)
            if account.password_changed_at != known.password_changed_at:
                raise wrong_password()
            await self.changes.apply(tx, caller.user_id, account, hashed, but=caller.session_id)


def own_claim(caller: Principal, account: Account) -> Claim:
    """The claim of somebody signed in to know their own password, locked if any name is."""
    return Claim(
        names=names_of(account),
        account=account,
        attempt=AuditAction.UPDATE,
        user_id=caller.user_id,
    )
