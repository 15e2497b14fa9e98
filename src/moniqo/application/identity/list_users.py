"""The users there are."""

from dataclasses import dataclass

from moniqo.application.identity.members import Member, Profile, keys_of, permissions_of, profile_of
from moniqo.application.shared.persistence import Transaction, UnitOfWork
from moniqo.application.shared.query import Listing, Page, any_of
from moniqo.domain.identity.account import Account
from moniqo.domain.identity.role import Role
from moniqo.domain.identity.user import User


@dataclass(frozen=True, slots=True)
class ListUsers:
    """A page of all users, for operators. The listing's fields are those of `User`."""

    uow: UnitOfWork

    async def __call__(self, *, listing: Listing) -> Page[Profile]:
        """The page."""
        async with self.uow() as tx:
            page = await tx[User].page(listing)
            items = await _profiles(tx, page.items)
        return page.holding(items)


async def _profiles(tx: Transaction, users: tuple[User, ...]) -> tuple[Profile, ...]:
    owned = Listing(
        where=(any_of("id", tuple(user.account_id for user in users)),),
        limit=max(1, len(users)),
        include_deleted=True,
    )
    accounts = {found.id: found for found in (await tx[Account].page(owned)).items}
    used = tuple({user.role_id for user in users})
    held = Listing(where=(any_of("id", used),), limit=max(1, len(used)), include_deleted=True)
    roles = {found.id: found for found in (await tx[Role].page(held)).items}
    known = await permissions_of(tx, tuple(roles.values()))
    return tuple(
        profile_of(
            Member(
                user,
                accounts[user.account_id],
                roles[user.role_id],
                keys_of(roles[user.role_id], known),
            )
        )
        for user in users
    )
