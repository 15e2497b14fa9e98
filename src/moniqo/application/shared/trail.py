"""Audit entries for what is more than a change to one entity: sign-ins, refusals."""

from uuid import UUID

from moniqo.application.shared.caller import current_call
from moniqo.domain.audit.audit_log import AuditAction, AuditLog, AuditStatus
from moniqo.domain.shared.ids import AuditLogId, UserId


def audit_entry(
    row_id: UUID,
    action: AuditAction,
    *,
    entity: tuple[str, UUID | None],
    user_id: UserId | None = None,
    refusal: str | None = None,
) -> AuditLog:
    """The entry of `action` by the current caller, to be added in the transaction of the effect.

    `user_id` says who it was where the caller is only just becoming known. With `refusal`
    (why it was refused) the entry is one of failure.
    """
    call = current_call.get()
    return AuditLog(
        id=AuditLogId(row_id),
        user_id=user_id or call.actor_id,
        action=action,
        entity_type=entity[0],
        entity_id=entity[1],
        ip_address=call.ip_address[:64],
        user_agent=call.user_agent[:500],
        request_id=call.request_id,
        status=AuditStatus.SUCCESS if refusal is None else AuditStatus.FAILURE,
        error_message=refusal,
    )
