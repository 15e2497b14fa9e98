"""A user together with the account and the role: what most answers about people need."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from moniqo.application.identity.people import Person, joined
from moniqo.application.shared.persistence import Transaction
from moniqo.application.shared.query import Listing, any_of
from moniqo.application.shared.views import view
from moniqo.domain.identity.account import Account
from moniqo.domain.identity.credentials import Email, Username
from moniqo.domain.identity.role import Permission, Role
from moniqo.domain.identity.user import Birthday, PhoneNumber, User
from moniqo.domain.shared.ids import RoleId, UserId

SUPERADMIN = "Superadmin"
ADMIN = "Admin"
MODERATOR = "Moderator"
ORDINARY = "User"
"""The names of the system roles."""
ADMINISTRATORS = frozenset({SUPERADMIN, ADMIN})


@dataclass(frozen=True, slots=True)
class Member:
    """A user with everything that tells who they are and what they may."""

    user: User
    account: Account
    role: Role
    permissions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A user as shown to themselves and to operators: nothing secret is in it."""

    id: UserId
    version: int
    email: Email
    username: Username | None
    first_name: str
    last_name: str
    full_name: str
    birthday: Birthday | None
    phone_number: PhoneNumber | None
    avatar_url: str
    role_id: RoleId
    role: str
    permissions: tuple[str, ...]
    is_admin: bool
    is_verified: bool
    is_active: bool
    last_login_at: datetime | None
    created_at: datetime | None
    updated_at: datetime | None
    deleted_at: datetime | None


def profile(user: User, account: Account, role: str, permissions: Iterable[str]) -> Profile:
    """What is shown of a user with the role of that name."""
    return profile_of_person(joined(user, account), role, permissions)


def profile_of_person(person: Person, role: str, permissions: Iterable[str]) -> Profile:
    """The same of a user and account that were read as one."""
    return view(
        Profile,
        person,
        role=role,
        permissions=tuple(sorted(permissions)),
        is_admin=role in ADMINISTRATORS,
        avatar_url=f"/api/v1/users/{person.id}/avatar",
    )


def profile_of(member: Member) -> Profile:
    """What is shown of a member."""
    return profile(member.user, member.account, member.role.name, member.permissions)


async def permissions_of(tx: Transaction, roles: tuple[Role, ...]) -> dict[UUID, str]:
    """What the roles hold together: `resource:action` by the permission's id."""
    wanted = tuple({key for role in roles for key in role.permission_ids})
    if not wanted:
        return {}
    listing = Listing(where=(any_of("id", wanted),), limit=len(wanted))
    return {found.id: found.key for found in (await tx[Permission].page(listing)).items}


def keys_of(role: Role, known: dict[UUID, str]) -> tuple[str, ...]:
    """The role's permissions by name, in order; one that was removed gives no right."""
    return tuple(sorted(known[key] for key in role.permission_ids if key in known))


async def member_of(tx: Transaction, user_id: UserId) -> Member:
    """The member; raises `NotFound` if user, account or role is gone."""
    user = await tx[User].get(user_id)
    account = await tx[Account].get(user.account_id)
    role = await tx[Role].get(user.role_id)
    return Member(user, account, role, keys_of(role, await permissions_of(tx, (role,))))
