"""What a new password means, in the transaction that sets it."""

from dataclasses import dataclass

from moniqo.application.identity.ending_sessions import end_sessions
from moniqo.application.identity.lockout import Lockout, names_of
from moniqo.application.identity.mail_tokens import withdraw
from moniqo.application.shared.persistence import Transaction
from moniqo.application.shared.system import Clock
from moniqo.domain.identity.account import Account
from moniqo.domain.identity.credentials import PasswordHash
from moniqo.domain.identity.events import PasswordChanged
from moniqo.domain.identity.session import RevokeReason
from moniqo.domain.shared.ids import SessionId, UserId


@dataclass(frozen=True, slots=True)
class PasswordChanges:
    """Puts a password in force."""

    clock: Clock
    lockout: Lockout

    async def apply(
        self,
        tx: Transaction,
        user_id: UserId,
        account: Account,
        hashed: PasswordHash,
        *,
        but: SessionId | None = None,
    ) -> None:
        """Save the account with it, unlocked; end every session save `but`, and every link."""
        now = self.clock.now()
        await self.lockout.clear(tx, names_of(account))
        await tx[Account].save(account.with_password(hashed, now))
        await end_sessions(tx, user_id, RevokeReason.PASSWORD_CHANGED, now, but=but)
        await withdraw(tx, user_id)
        tx.emit(PasswordChanged(user_id=user_id))
