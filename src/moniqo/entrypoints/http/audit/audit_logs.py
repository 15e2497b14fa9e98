"""What was done by whom; there is nothing here that changes an entry."""

from dataclasses import replace

from moniqo.application.identity.principal import Principal
from moniqo.application.shared.access import Browse, Fetch
from moniqo.application.shared.query import Listing, Page, eq
from moniqo.domain.audit.audit_log import AuditLog
from moniqo.domain.shared.ids import AuditLogId
from moniqo.entrypoints.http.endpoint import GET, Controller, endpoint
from moniqo.entrypoints.http.lists import Lists

_SORT = ("created_at", "seq")
_FILTERS = (
    "action",
    "entity_type",
    "entity_id",
    "status",
    "created_after",
    "created_before",
)


class AuditLogController(Controller):
    """`/audit-logs`."""

    path = "/api/v1/audit-logs"
    tag = "Audit"

    @endpoint(
        GET,
        summary="List the audit trail",
        needs="audit:read",
        lists=Lists(AuditLog, sort=_SORT, filters=("user_id", *_FILTERS)),
    )
    async def index(
        self, caller: Principal, listing: Listing, browse: Browse[AuditLog]
    ) -> Page[AuditLog]:
        """What everybody did and was refused, the newest first."""
        return await browse(user_id=caller.user_id, listing=listing)

    @endpoint(GET, "/{audit_log_id}", summary="Get an audit entry", needs="audit:read")
    async def fetch(
        self, caller: Principal, audit_log_id: AuditLogId, fetch: Fetch[AuditLog]
    ) -> AuditLog:
        """An entry; its place in the chain is null for the moment until it is sealed."""
        return await fetch(user_id=caller.user_id, entity_id=audit_log_id)


class OwnAuditLogController(Controller):
    """`/users/me/audit-logs`."""

    path = "/api/v1/users/me/audit-logs"
    tag = "Audit"

    @endpoint(
        GET,
        summary="List what you did",
        lists=Lists(AuditLog, sort=_SORT, filters=_FILTERS),
    )
    async def index(
        self, caller: Principal, listing: Listing, browse: Browse[AuditLog]
    ) -> Page[AuditLog]:
        """What you did and were refused, the newest first."""
        own = replace(listing, where=(*listing.where, eq("user_id", caller.user_id)))
        return await browse(user_id=caller.user_id, listing=own)
