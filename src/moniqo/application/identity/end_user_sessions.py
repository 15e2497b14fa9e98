"""Signing somebody out everywhere."""

from dataclasses import dataclass

from moniqo.application.identity.ending_sessions import end_sessions
from moniqo.application.identity.members import member_of
from moniqo.application.identity.principal import Principal
from moniqo.application.identity.recorded_changes import RecordedChanges
from moniqo.application.identity.roles import require_reach
from moniqo.application.shared.persistence import Transaction
from moniqo.application.shared.system import Clock, Ids
from moniqo.application.shared.trail import audit_entry
from moniqo.domain.audit.audit_log import AuditAction, AuditLog
from moniqo.domain.identity.session import RevokeReason
from moniqo.domain.shared.ids import UserId


@dataclass(frozen=True, slots=True)
class EndUserSessions:
    """End every session of somebody who may do no more than the caller; they may sign in again.

    Raises `NotFound` and `Forbidden`.
    """

    changes: RecordedChanges
    clock: Clock
    ids: Ids

    async def __call__(self, *, caller: Principal, user_id: UserId) -> None:
        """End them."""
        entity = ("User", user_id)

        async def end(tx: Transaction) -> None:
            member = await member_of(tx, user_id)
            require_reach(caller, member.permissions)
            reason = RevokeReason.ENDED_BY_OPERATOR
            ended = await end_sessions(tx, user_id, reason, self.clock.now())
            told = f"sessions ended by an operator: {ended}"
            row = audit_entry(self.ids.new(), AuditAction.LOGOUT, entity=entity, description=told)
            await tx[AuditLog].add(row)

        await self.changes.make(end, AuditAction.LOGOUT, entity)
