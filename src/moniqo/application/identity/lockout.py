"""Wrong passwords, counted by whom they are for and where they come from."""

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
from moniqo.domain.shared.errors import AppError, InvalidCredentials, Locked
from moniqo.domain.shared.ids import AccountId, UserId

PER_IP = Allowance("sign_in_ip", 30, timedelta(minutes=15))
_NAMES = "sign_in"
_NOBODY = "sign_in_nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Somebody says whose password they know.

    `account` is whose, None for a `name` that nobody has; `attempt` is what a refusal is
    audited as, by the user if that is known already.
    """

    name: str
    account: Account | None
    attempt: AuditAction = AuditAction.LOGIN_FAILED
    user_id: UserId | None = None

    @property
    def key(self) -> str:
        """What wrong passwords are counted by: all names of an account share one lock."""
        return account_key(self.account.id) if self.account else self.name


def account_key(account_id: AccountId) -> str:
    """The key of somebody's lock."""
    return f"account:{account_id}"


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
        lock = await attempts_of(tx, self.ids, _NAMES, claim.key, now)
        left = lock.locked_for(now)
        if left is not None or wrong is not None:
            await keep(tx, here.counted(now, self.per_ip.window))
        if left is not None:
            wait = seconds(left)
            return Locked("Too many wrong passwords. Try again later.", retry_after=wait)
        if wrong is not None:
            failed = await keep(tx, lock.failed(now, self.terms))
            await self._note(tx, claim, failed.locked_until, now)
        return wrong

    async def clear(self, tx: Transaction, account_id: AccountId) -> None:
        """Forget what was counted against an account, and unlock it."""
        key = account_key(account_id)
        lock = await attempts_of(tx, self.ids, _NAMES, key, self.clock.now())
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
        shadow = await attempts_of(tx, self.ids, _NOBODY, claim.key, now)
        await keep(tx, shadow.counted(now, self.terms.window))


def wrong_password() -> AppError:
    """What is told of wrong names and wrong passwords alike."""
    return InvalidCredentials("E-mail address, username or password is wrong.")


def _network() -> str:
    return rate_key(current_call.get().ip_address)
