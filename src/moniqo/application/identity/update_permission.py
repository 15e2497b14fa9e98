"""Changing permissions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from moniqo.application.identity.permissions import is_built_in
from moniqo.application.identity.recorded_changes import RecordedChanges
from moniqo.application.shared.persistence import Transaction
from moniqo.domain.audit.audit_log import AuditAction
from moniqo.domain.identity.role import Permission
from moniqo.domain.shared.errors import RuleViolated
from moniqo.domain.shared.ids import PermissionId


@dataclass(frozen=True, slots=True)
class UpdatePermission:
    """Change a permission's fields; `changes` are those of `PermissionDraft`.

    Raises `NotFound`, `AlreadyExists` if there is one of that name, and `RuleViolated` for the
    name of one that the program itself asks for, in either direction.
    """

    changes: RecordedChanges

    async def __call__(
        self, *, permission_id: PermissionId, changes: Mapping[str, Any]
    ) -> Permission:
        """The permission as it is now."""

        async def change(tx: Transaction) -> Permission:
            known = await tx[Permission].get(permission_id)
            changed = known.with_(**changes)
            if changed.key != known.key and (is_built_in(known) or is_built_in(changed)):
                raise RuleViolated("A permission of the system keeps its name.")
            return await tx[Permission].save(changed)

        entity = ("Permission", permission_id)
        return await self.changes.make(change, AuditAction.UPDATE, entity)
