"""Audit entries, by the current caller: of changes, and of what is more than a change.

A change to an entity leaves its entry by itself. Entries for sign-ins, reads of what is somebody
else's and refusals are made here and added in the transaction of the effect.
"""

from uuid import UUID

from moniqo.application.shared.caller import current_call
from moniqo.application.shared.printable import printable
from moniqo.domain.audit.audit_log import LONGEST_TEXT, AuditAction, AuditLog, AuditStatus
from moniqo.domain.shared.ids import AuditLogId, UserId
from moniqo.domain.shared.types import JsonObject


def audit_entry(  # noqa: PLR0913  (each says one thing of what was done)
    row_id: UUID,
    action: AuditAction,
    *,
    entity: tuple[str, UUID | None],
    user_id: UserId | None = None,
    refusal: str | None = None,
    description: str = "",
    old_values: JsonObject | None = None,
    new_values: JsonObject | None = None,
    metadata: JsonObject | None = None,
) -> AuditLog:
    """The entry of `action` by the current caller, to be added in the transaction of the effect.

    `user_id` says who it was where the caller is only just becoming known. With `refusal`
    (why it was refused) the entry is one of failure. Texts are cut to what an entry holds.
    """
    call = current_call.get()
    return AuditLog(
        id=AuditLogId(row_id),
        user_id=user_id or call.actor_id,
        action=action,
        entity_type=printable(entity[0], 64),
        entity_id=entity[1],
        old_values=old_values,
        new_values=new_values,
        description=printable(description, LONGEST_TEXT),
        ip_address=printable(call.ip_address, 64),
        user_agent=printable(call.user_agent, LONGEST_TEXT),
        request_id=printable(call.request_id, 128),
        status=AuditStatus.SUCCESS if refusal is None else AuditStatus.FAILURE,
        error_message=None if refusal is None else printable(refusal, LONGEST_TEXT),
        metadata=metadata,
    )


def read_entry(row_id: UUID, *, entity: tuple[str, UUID], what: str) -> AuditLog:
    """The entry of an operator's look at what is somebody else's; `what` was read (`profile`).

    Nobody's look at what is their own is told: call it only for somebody else's.
    """
    return audit_entry(row_id, AuditAction.READ, entity=entity, description=what)
