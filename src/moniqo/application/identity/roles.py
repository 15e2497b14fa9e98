"""Roles as other use cases need them: found, kept in being, and weighed against the caller's."""

from collections.abc import Iterable

from moniqo.application.identity.members import ORDINARY, keys_of, permissions_of
from moniqo.application.identity.principal import Principal
from moniqo.application.identity.system_roles import SYSTEM_ROLES
from moniqo.application.shared.persistence import Transaction
from moniqo.application.shared.query import Listing, eq
from moniqo.domain.identity.role import Role
from moniqo.domain.shared.errors import Forbidden, Invalid, Unavailable
from moniqo.domain.shared.ids import RoleId

_AT_ONCE = 20
_EVERYBODYS = frozenset(SYSTEM_ROLES[ORDINARY][1])


async def system_role(tx: Transaction, name: str) -> Role:
    """The role of that name; raises `Unavailable` before the first start has made it."""
    role = await tx[Role].first(eq("name", name))
    if role is None:
        raise Unavailable("The system is not set up yet: run `moniqo init`.")
    return role


async def known_role(tx: Transaction, role_id: RoleId) -> Role:
    """The role that a request names; raises `Invalid` naming `role_id` if there is none."""
    role = await tx[Role].first(eq("id", role_id))
    if role is None:
        raise Invalid.field("role_id", "refers to nothing that exists")
    return role


async def every_role(tx: Transaction) -> tuple[Role, ...]:
    """All roles there are."""
    found: tuple[Role, ...] = ()
    cursor = None
    while True:
        page = await tx[Role].page(Listing(limit=_AT_ONCE, cursor=cursor))
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            return found


async def keep_role(tx: Transaction, role: Role) -> None:
    """Touch a role that somebody is about to get, so that nobody removes it at the same moment.

    Raises `StaleVersion` if it was changed or removed since it was read. System roles never go,
    and are left alone.
    """
    if not role.is_system:
        await tx[Role].save(role)


async def require_grantable(tx: Transaction, caller: Principal, role: Role) -> None:
    """Raise `Forbidden` unless the caller holds every permission of the role."""
    held = keys_of(role, await permissions_of(tx, (role,)))
    require_held(caller, held)


def require_held(caller: Principal, keys: Iterable[str]) -> None:
    """Raise `Forbidden` naming the permissions that the caller would give and does not hold."""
    lacking = sorted(set(keys) - caller.permissions)
    if lacking:
        shown = ", ".join(lacking[:5])
        raise Forbidden(f"You cannot grant what you do not hold yourself: {shown}.")


def require_reach(caller: Principal, permissions: Iterable[str]) -> None:
    """Raise `Forbidden` if somebody with these permissions may do what the caller may not.

    What ordinary users may do with their own things does not count.
    """
    if not set(permissions) - _EVERYBODYS <= caller.permissions:
        raise Forbidden("You are not allowed to change this account.")
