"""Permissions and system roles."""

from dataclasses import dataclass

from moniqo.application.identity.members import SUPERADMIN
from moniqo.application.identity.system_roles import PERMISSIONS, SYSTEM_ROLES
from moniqo.application.shared.conflicts import settled
from moniqo.application.shared.persistence import Transaction, UnitOfWork
from moniqo.application.shared.query import Listing, eq
from moniqo.application.shared.system import Ids
from moniqo.domain.identity.role import Permission, Role
from moniqo.domain.shared.errors import AlreadyExists, StaleVersion
from moniqo.domain.shared.ids import PermissionId, RoleId

_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class SeedAccess:
    """Make the permissions and the system roles that are missing, and bring the latter up to date.

    Permissions that a later version adds reach the system roles at its first start.
    """

    uow: UnitOfWork
    ids: Ids

    async def __call__(self) -> None:
        """Make what is missing."""
        await settled(self._seed, again_on=(StaleVersion, AlreadyExists))

    async def _seed(self) -> None:
        async with self.uow() as tx:
            known = await self._permissions(tx)
            for name, (description, keys) in SYSTEM_ROLES.items():
                # Superadmins hold what others have made, too.
                held = known if name == SUPERADMIN else keys
                await self._role(tx, name, description, tuple(known[key] for key in held))

    async def _permissions(self, tx: Transaction) -> dict[str, PermissionId]:
        known = await self._stored(tx)
        for key in PERMISSIONS:
            if key not in known:
                resource, _, action = key.partition(":")
                made = Permission(id=PermissionId(self.ids.new()), resource=resource, action=action)
                known[key] = (await tx[Permission].add(made)).id
        return known

    async def _stored(self, tx: Transaction) -> dict[str, PermissionId]:
        known: dict[str, PermissionId] = {}
        cursor = None
        while True:
            page = await tx[Permission].page(Listing(limit=_AT_ONCE, cursor=cursor))
            known |= {found.key: found.id for found in page.items}
            cursor = page.next_cursor
            if cursor is None:
                return known

    async def _role(
        self, tx: Transaction, name: str, description: str, held: tuple[PermissionId, ...]
    ) -> None:
        role = await tx[Role].first(eq("name", name))
        if role is None:
            made = Role(
                id=RoleId(self.ids.new()),
                name=name,
                description=description,
                permission_ids=held,
                is_system=True,
            )
            await tx[Role].add(made)
        elif set(role.permission_ids) != set(held):
            await tx[Role].save(role.with_(permission_ids=held))
