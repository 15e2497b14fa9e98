"""Permissions, system roles and the first operator."""

from dataclasses import dataclass

from moniqo.application.identity.enrolment import Enrolment, Registration, refusal
from moniqo.application.identity.members import ADMIN, MODERATOR, ORDINARY, SUPERADMIN
from moniqo.application.shared.conflicts import settled
from moniqo.application.shared.persistence import Transaction, UnitOfWork
from moniqo.application.shared.query import Listing, eq
from moniqo.application.shared.system import Ids
from moniqo.domain.identity.role import Permission, Role
from moniqo.domain.identity.user import User
from moniqo.domain.shared.errors import AlreadyExists, StaleVersion
from moniqo.domain.shared.ids import PermissionId, RoleId

ACTIONS = {
    "users": ("read", "write", "delete", "manage_roles"),
    "roles": ("read", "write", "delete"),
    "permissions": ("read", "write", "delete"),
    "plans": ("read", "write", "delete"),
    "agents": ("read", "write", "execute"),
    "prompts": ("read", "write"),
    "flows": ("read", "write", "execute"),
    "trades": ("read", "write"),
    "wallets": ("read", "write"),
    "notifications": ("read", "write"),
    "audit": ("read",),
    "reports": ("write",),
    "tasks": ("read", "write"),
}
"""Every permission made at first start: the actions of each resource."""

PERMISSIONS = tuple(f"{resource}:{action}" for resource, all_ in ACTIONS.items() for action in all_)
_NOT_FOR_ADMINS = {"roles:write", "roles:delete", "permissions:write", "permissions:delete"}
_OWN_THINGS = ("agents:", "prompts:", "flows:", "trades:", "notifications:")

SYSTEM_ROLES: dict[str, tuple[str, tuple[str, ...]]] = {
    SUPERADMIN: ("May do everything.", PERMISSIONS),
    ADMIN: (
        "May do everything but change roles and permissions.",
        tuple(key for key in PERMISSIONS if key not in _NOT_FOR_ADMINS),
    ),
    MODERATOR: ("Looks after users.", ("users:read", "users:write", "audit:read")),
    ORDINARY: (
        "Trades with what is their own, shared or public.",
        (
            "plans:read",
            "wallets:read",
            *(key for key in PERMISSIONS if key.startswith(_OWN_THINGS)),
        ),
    ),
}
"""Each system role: what it is for, and what it may do."""


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
                await self._role(tx, name, description, tuple(known[key] for key in keys))

    async def _permissions(self, tx: Transaction) -> dict[str, PermissionId]:
        listing = Listing(limit=1000)
        known = {found.key: found.id for found in (await tx[Permission].page(listing)).items}
        for key in PERMISSIONS:
            if key not in known:
                resource, _, action = key.partition(":")
                made = Permission(id=PermissionId(self.ids.new()), resource=resource, action=action)
                known[key] = (await tx[Permission].add(made)).id
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


@dataclass(frozen=True, slots=True)
class EnsureSuperadmin:
    """Make the first Superadmin unless there is one; without a `registration` nothing happens.

    Raises what `RegisterUser` does: an address that is taken is not promoted.
    """

    uow: UnitOfWork
    enrolment: Enrolment
    registration: Registration | None = None

    async def __call__(self) -> None:
        """Make what is missing."""
        if self.registration is None or await self._exists():
            return
        applicant = await self.enrolment.examine(self.registration)
        try:
            async with self.uow() as tx:
                await self.enrolment.admit(tx, applicant, role=SUPERADMIN, is_verified=True)
        except AlreadyExists as problem:
            # Another process that starts at the same time may have been quicker.
            if not await self._exists():
                raise refusal(problem) from problem

    async def _exists(self) -> bool:
        async with self.uow() as tx:
            role = await tx[Role].first(eq("name", SUPERADMIN))
            return role is not None and await tx[User].count(eq("role_id", role.id)) > 0
