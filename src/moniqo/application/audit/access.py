"""Who may read the trail: whoever has the permission to, and everybody their own; nobody writes."""

from moniqo.application.shared.access import Access
from moniqo.application.shared.query import any_of
from moniqo.domain.audit.audit_log import AuditLog

AUDIT_LOGS = Access(AuditLog, readable=lambda _: (), writable=lambda _: (any_of("id", ()),))
