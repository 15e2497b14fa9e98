"""THE registry: one line per stored entity."""

from moniqo.adapters.persistence.collection import Collection, Registry
from moniqo.domain.audit.audit_log import AuditLog
from moniqo.domain.audit.outbox_event import OutboxEvent

REGISTRY = Registry(
    Collection(
        AuditLog,
        "audit_logs",
        indexes=(("user_id", "created_at"), ("entity_type", "entity_id")),
        audited=False,
        append_only=True,
    ),
    Collection(OutboxEvent, "outbox_events", indexes=(("done_at", "occurred_at"),), audited=False),
)
