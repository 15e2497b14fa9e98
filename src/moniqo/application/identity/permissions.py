"""Permissions as other use cases need them."""

from collections.abc import Iterable

from moniqo.application.identity.principal import Principal
from moniqo.application.identity.roles import require_held
from moniqo.application.identity.system_roles import PERMISSIONS
from moniqo.application.shared.lookups import by_ids
from moniqo.application.shared.persistence import Transaction
from moniqo.domain.identity.role import Permission
from moniqo.domain.shared.errors import Invalid
from moniqo.domain.shared.ids import PermissionId


def is_built_in(permission: Permission) -> bool:
    """Whether the program itself asks for this permission."""
    return permission.key in PERMISSIONS


async def grant(tx: Transaction, caller: Principal, wanted: Iterable[PermissionId]) -> None:
    """Let permissions be given to a role in this transaction.

    They are touched, so that nobody removes one at the same moment: `StaleVersion` if somebody
    did. Built-in ones never go. Raises `Invalid` naming `permission_ids` for one that does not
    exist, `Forbidden` for one that the caller lacks.
    """
    ids = tuple(dict.fromkeys(wanted))
    found = await by_ids(tx, Permission, ids)
    live = [permission for permission in found.values() if permission.deleted_at is None]
    if len(live) < len(ids):
        raise Invalid.field("permission_ids", "refer to something that does not exist")
    require_held(caller, (permission.key for permission in live))
    for permission in live:
        if not is_built_in(permission):
            await tx[Permission].save(permission)
