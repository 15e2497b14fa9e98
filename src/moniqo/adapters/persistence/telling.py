"""What the audit trail holds of sign-ins, refusals and rights is told in the log, too."""

import logging
from collections.abc import Iterable
from typing import Protocol

from moniqo.domain.audit.audit_log import AuditAction, AuditLog, AuditStatus

logger = logging.getLogger("moniqo.security")
_CHANGES = frozenset({AuditAction.CREATE, AuditAction.READ, AuditAction.UPDATE, AuditAction.DELETE})


class Bell(Protocol):
    """Has what waits in the store looked after, here or in another process."""

    async def ring(self, name: str) -> None:
        """Have what goes by this name looked after soon. It does not wait, and may get lost.

        Raises `LookupError` for a name that nobody looks after, and nothing else.
        """


def tell(rows: Iterable[AuditLog]) -> None:
    """Log what was committed, by ids alone; of mere changes only those that were refused."""
    for row in rows:
        refused = row.status is AuditStatus.FAILURE
        if not refused and row.action in _CHANGES:
            continue
        told: dict[str, object] = {"entity_type": row.entity_type, "audit_id": str(row.id)}
        if row.entity_id is not None:
            told["entity_id"] = str(row.entity_id)
        if row.user_id is not None:
            told["user_id"] = str(row.user_id)
        if refused:
            told["refusal"] = row.error_message
        logger.log(logging.WARNING if refused else logging.INFO, row.action.value, extra=told)
