"""Mails that somebody asks for: the same is done whether or not anybody gets one."""

from dataclasses import dataclass
from uuid import UUID

from moniqo.application.identity.throttle import Allowance, Throttle, keep
from moniqo.application.shared.caller import current_call
from moniqo.application.shared.conflicts import settled
from moniqo.application.shared.persistence import Transaction, UnitOfWork
from moniqo.application.shared.rate_key import rate_key
from moniqo.application.shared.system import Ids
from moniqo.application.shared.trail import audit_entry
from moniqo.domain.audit.audit_log import AuditAction, AuditLog
from moniqo.domain.identity.credentials import Email
from moniqo.domain.shared.errors import RateLimited
from moniqo.domain.shared.event import Event


@dataclass(frozen=True, slots=True)
class MailLimits:
    """How many mails an address can be sent, and an IP address can have sent."""

    per_address: Allowance
    per_ip: Allowance


@dataclass(frozen=True, slots=True)
class MailRequests:
    """Counts, audits and tells what is asked for.

    Whether somebody has the address is looked up after the answer, by whoever reacts to the event.
    """

    uow: UnitOfWork
    ids: Ids
    throttle: Throttle
    limits: MailLimits

    async def ask(
        self, event: Event, email: Email, *, what: str, account_id: UUID | None = None
    ) -> None:
        """Tell of `event`, which mails to `email`; `what` is asked for. Raises `RateLimited`."""
        await settled(lambda: self._ask(event, email, what, account_id))

    async def too_many(self) -> RateLimited | None:
        """What stands against one more from where the call comes; None if nothing does."""
        async with self.uow() as tx:
            here = await self.throttle.present(tx, self.limits.per_ip, _network())
        try:
            self.throttle.require(self.limits.per_ip, here)
        except RateLimited as refusal:
            return refusal
        return None

    async def count(self) -> None:
        """Count what tells as much as a mail would, however many there were before."""
        await settled(self._count)

    async def _count(self) -> None:
        async with self.uow() as tx:
            here = await self.throttle.present(tx, self.limits.per_ip, _network())
            now = self.throttle.clock.now()
            await keep(tx, here.counted(now, self.limits.per_ip.window))

    async def count_in(self, tx: Transaction) -> None:
        """Count a mail that greets a new address; raises `RateLimited` if there were too many.

        It is the address's only one, and not counted against it: the next answers would tell
        that somebody has just signed up.
        """
        await self.throttle.take_in(tx, self.limits.per_ip, _network())

    async def _ask(self, event: Event, email: Email, what: str, account_id: UUID | None) -> None:
        async with self.uow() as tx:
            await self.throttle.take_in(tx, self.limits.per_ip, _network())
            await self.throttle.take_in(tx, self.limits.per_address, email.value)
            await tx[AuditLog].add(
                audit_entry(
                    self.ids.new(),
                    AuditAction.MAIL_REQUESTED,
                    entity=("Account", account_id),
                    description=what,
                )
            )
            tx.emit(event)


def _network() -> str:
    return rate_key(current_call.get().ip_address)
