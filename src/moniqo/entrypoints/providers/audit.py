"""The audit trail."""

from dishka import Provider, Scope, provide

from moniqo.adapters.security.hmac_audit_seals import HmacAuditSeals
from moniqo.application.audit.ports import AuditSeals
from moniqo.entrypoints.settings import Settings


class Audit(Provider):
    """Everything of the context `audit`."""

    scope = Scope.APP

    @provide
    def seals(self, settings: Settings) -> AuditSeals:
        """By `AUDIT_KEYS`."""
        return HmacAuditSeals(keys=settings.security.audit_keys.named)
