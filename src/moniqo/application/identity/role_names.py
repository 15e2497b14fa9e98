"""No two roles are called alike, whatever the case: nobody shall take `superadmin` for the role."""

from moniqo.application.identity.members import SUPERADMIN
from moniqo.application.identity.roles import every_role, system_role
from moniqo.application.shared.persistence import Transaction
from moniqo.domain.identity.role import Role, folded
from moniqo.domain.shared.errors import AlreadyExists, Fault
from moniqo.domain.shared.ids import RoleId


async def require_free_name(tx: Transaction, name: str, role_id: RoleId) -> None:
    """Raise `AlreadyExists` if another role than `role_id` has that name, in whatever case.

    The Superadmins' role is touched, so that of two names given at once the later one sees the
    first. Call it before the role is saved, in the same transaction.
    """
    await tx[Role].save(await system_role(tx, SUPERADMIN))
    for role in await every_role(tx):
        if role.id != role_id and folded(role.name) == folded(name):
            faults = (Fault("name", "is taken"),)
            raise AlreadyExists("Role with this name exists already.", faults=faults)
