"""The users there are."""

from dataclasses import dataclass

from moniqo.application.identity.members import Member, Profile, keys_of, permissions_of, profile_of
from moniqo.application.shared.lookups import by_ids
from moniqo.application.shared.persistence import Transaction, UnitOfWork
from moniqo.application.shared.query import Listing, Page
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
    accounts = await by_ids(tx, Account, (user.account_id for user in users))
    roles = await by_ids(tx, Role, (user.role_id for user in users))
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
