"""Whoever says whose password they know has it checked here, whatever they want."""

from dataclasses import dataclass

from moniqo.application.identity.lockout import Claim, Lockout, wrong_password
from moniqo.application.identity.ports import PasswordHasher, Verdict
from moniqo.application.shared.conflicts import settled
from moniqo.application.shared.persistence import Transaction, UnitOfWork
from moniqo.application.shared.system import Ids
from moniqo.application.shared.trail import audit_entry
from moniqo.domain.audit.audit_log import AuditLog
from moniqo.domain.identity.account import Account
from moniqo.domain.identity.credentials import Password
from moniqo.domain.shared.errors import AppError


@dataclass(frozen=True, slots=True)
class PasswordProof:
    """Checks passwords; every refusal is counted and audited before it is told."""

    uow: UnitOfWork
    ids: Ids
    hasher: PasswordHasher
    lockout: Lockout

    async def require(self, claim: Claim, password: Password) -> tuple[Account, Verdict]:
        """Whose password it is, or raise `InvalidCredentials`, `Locked` or `RateLimited`.

        The same work is done for names that nobody has.
        """
        await self.require_open(claim)
        account = claim.account
        verdict = await self.hasher.verify(password, account.password_hash if account else None)
        if account is None or not verdict.matches:
            wrong = wrong_password()
            raise await settled(lambda: self._judge(claim, wrong)) or wrong
        return account, verdict

    async def require_open(self, claim: Claim) -> None:
        """Raise `Locked` or `RateLimited` unless passwords are looked at."""
        error = await settled(lambda: self._judge(claim, None))
        if error is not None:
            raise error

    async def refused(self, claim: Claim, error: AppError) -> AppError:
        """Audit a refusal of who knows the password, then hand it back to be raised."""
        async with self.uow() as tx:
            await self._audit(tx, claim, error)
        return error

    async def _judge(self, claim: Claim, wrong: AppError | None) -> AppError | None:
        async with self.uow() as tx:
            error = await self.lockout.judge(tx, claim, wrong)
            if error is not None:
                await self._audit(tx, claim, error)
        return error

    async def _audit(self, tx: Transaction, claim: Claim, error: AppError) -> None:
        await tx[AuditLog].add(
            audit_entry(
                self.ids.new(),
                claim.attempt,
                entity=("Account", claim.account.id if claim.account else None),
                user_id=claim.user_id,
                refusal=error.code,
            )
        )
