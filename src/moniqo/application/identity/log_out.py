"""Sign-out."""

from dataclasses import dataclass

from moniqo.application.shared.conflicts import settled
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.query import eq
from moniqo.application.shared.system import Clock, Ids
from moniqo.application.shared.trail import audit_entry
from moniqo.domain.audit.audit_log import AuditAction, AuditLog
from moniqo.domain.identity.session import RevokeReason, Session
from moniqo.domain.shared.ids import SessionId, UserId


@dataclass(frozen=True, slots=True)
class LogOut:
    """End one of the user's own sessions; its tokens are refused from the next request on.

    Doing it twice is harmless. Raises `NotFound` for a session of somebody else.
    """

    uow: UnitOfWork
    clock: Clock
    ids: Ids

    async def __call__(self, *, user_id: UserId, session_id: SessionId) -> None:
        """End it."""
        await settled(lambda: self._end(user_id, session_id))

    async def _end(self, user_id: UserId, session_id: SessionId) -> None:
        async with self.uow() as tx:
            session = await tx[Session].get(session_id, eq("user_id", user_id))
            ended = session.revoked(RevokeReason.LOGOUT, self.clock.now())
            if ended is session:
                return
            await tx[Session].save(ended)
            await tx[AuditLog].add(
                audit_entry(
                    self.ids.new(),
                    AuditAction.LOGOUT,
                    entity=("Session", session_id),
                    user_id=user_id,
                )
            )
