"""Sign-out of every device."""

from dataclasses import dataclass

from moniqo.application.identity.ending_sessions import end_sessions
from moniqo.application.shared.conflicts import settled
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.system import Clock, Ids
from moniqo.application.shared.trail import audit_entry
from moniqo.domain.audit.audit_log import AuditAction, AuditLog
from moniqo.domain.identity.session import RevokeReason
from moniqo.domain.shared.ids import UserId


@dataclass(frozen=True, slots=True)
class LogOutEverywhere:
    """End every session of the user; their tokens are refused from the next request on."""

    uow: UnitOfWork
    clock: Clock
    ids: Ids

    async def __call__(self, *, user_id: UserId) -> None:
        """End them."""
        await settled(lambda: self._end(user_id))

    async def _end(self, user_id: UserId) -> None:
        async with self.uow() as tx:
            await end_sessions(tx, user_id, RevokeReason.LOGOUT, self.clock.now())
            await tx[AuditLog].add(
                audit_entry(
                    self.ids.new(), AuditAction.LOGOUT, entity=("User", user_id), user_id=user_id
                )
            )
