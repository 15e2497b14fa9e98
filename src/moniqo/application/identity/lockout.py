"""Wrong passwords, counted by the name that was typed and by where they come from.

An address and a username of one account are counted apart. One count for both would be shown by
the answers: five wrong passwords for the one would have the other locked too, and so tell that
they belong together. An account has no more than these two names, so whoever knows both has twice
the guesses of one lock, and never more; `PER_IP` bounds them together where they come from.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from moniqo.application.identity.throttle import Allowance, Throttle, attempts_of, keep, seconds
from moniqo.application.shared.caller import current_call
from moniqo.application.shared.persistence import Transaction
from moniqo.application.shared.query import eq
from moniqo.application.shared.rate_key import rate_key
from moniqo.application.shared.system import Clock, Ids
from moniqo.domain.audit.audit_log import AuditAction
from moniqo.domain.identity.account import Account
from moniqo.domain.identity.attempts import LockTerms
from moniqo.domain.identity.credentials import Email, Username
from moniqo.domain.shared.errors import AppError, InvalidCredentials, Locked
from moniqo.domain.shared.ids import AccountId, UserId

PER_IP = Allowance("sign_in_ip", 30, timedelta(minutes=15))
_NAMES = "sign_in"
_NOBODY = "sign_in_nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Somebody says whose password they know.

    Wrong passwords count against the first of `names`; while any is locked none is looked at.
    `account` is whose, None for a name that nobody has; `attempt` is what a refusal is audited
    as, by the user if that is known already.
    """

    names: tuple[str, ...]
    account: Account | None
    attempt: AuditAction = AuditAction.LOGIN_FAILED
    user_id: UserId | None = None


def by_email(email: Email) -> str:
    """The name that somebody who types this address is counted by."""
    return f"email:{email}"


def by_username(username: Username) -> str:
    """The same for a username."""
    return f"username:{username}"


def names_of(account: Account) -> tuple[str, ...]:
    """Every name of the account, its address first."""
    email = by_email(account.email)
    return (email, by_username(account.username)) if account.username else (email,)


@dataclass(frozen=True, slots=True)
class Lockout:
    """Says what stands against a claim, the same for names that exist and names that do not."""

    clock: Clock
    ids: Ids
    throttle: Throttle
    terms: LockTerms = field(default_factory=LockTerms)
    per_ip: Allowance = PER_IP

    async def judge(
        self, tx: Transaction, claim: Claim, wrong: AppError | None = None
    ) -> AppError | None:
        """`Locked`, or `wrong` (if the password was), counted in `tx`; None if nothing stands.

        `settled` repeats the transaction. Raises `RateLimited` if too many were refused where
        the call comes from.
        """
        now = self.clock.now()
        here = await self.throttle.present(tx, self.per_ip, _network())
        self.throttle.require(self.per_ip, here)
        locks = [await attempts_of(tx, self.ids, _NAMES, name, now) for name in claim.names]
        left = max(filter(None, (lock.locked_for(now) for lock in locks)), default=None)
        if left is not None or wrong is not None:
            await keep(tx, here.counted(now, self.per_ip.window))
        if left is not None:
            wait = seconds(left)
            return Locked("Too many wrong passwords. Try again later.", retry_after=wait)
        if wrong is not None:
            failed = await keep(tx, locks[0].failed(now, self.terms))
            await self._note(tx, claim, failed.locked_until, now)
        return wrong

    async def clear(self, tx: Transaction, names: Iterable[str]) -> None:
        """Forget what was counted against the names, and unlock them."""
        for name in names:
            lock = await attempts_of(tx, self.ids, _NAMES, name, self.clock.now())
            if lock.count or lock.lock_level:
                await keep(tx, lock.cleared())

    async def _note(
        self, tx: Transaction, claim: Claim, locked_until: datetime | None, now: datetime
    ) -> None:
        account_id = claim.account.id if claim.account else AccountId(self.ids.new())
        account = await tx[Account].first(eq("id", account_id))
        if account is not None:
            await tx[Account].save(account.sign_in_failed(locked_until))
            return
        # As much work as for somebody, so that time does not tell who exists.
        shadow = await attempts_of(tx, self.ids, _NOBODY, claim.names[0], now)
        await keep(tx, shadow.counted(now, self.terms.window))


def wrong_password() -> AppError:
    """What is told of wrong names and wrong passwords alike."""
    return InvalidCredentials("E-mail address, username or password is wrong.")


def _network() -> str:
    return rate_key(current_call.get().ip_address)
