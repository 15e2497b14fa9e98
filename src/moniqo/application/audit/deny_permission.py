"""Refusals for want of a permission."""

from dataclasses import dataclass

from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.system import Ids
from moniqo.application.shared.trail import audit_entry
from moniqo.domain.audit.audit_log import AuditAction, AuditLog
from moniqo.domain.shared.errors import Forbidden
from moniqo.domain.shared.types import JsonObject


@dataclass(frozen=True, slots=True)
class DenyPermission:
    """Keep that the caller was refused, then refuse: always raises `Forbidden`."""

    uow: UnitOfWork
    ids: Ids

    async def __call__(self, *, permission: str, method: str, route: str) -> None:
        """`route` is the path's template: what was asked for, whatever it names."""
        wanted = {"permission": permission, "method": method, "route": route}
        entry = audit_entry(
            self.ids.new(),
            AuditAction.PERMISSION_DENIED,
            entity=("Route", None),
            refusal=Forbidden.code,
            description=f"{method} {route} needs {permission}",
            metadata=JsonObject(wanted),
        )
        async with self.uow() as tx:
            await tx[AuditLog].add(entry)
        raise Forbidden("You are not allowed to do this.")
