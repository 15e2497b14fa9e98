"""Somebody must always be able to do everything."""

from moniqo.application.identity.members import SUPERADMIN, Member
from moniqo.application.shared.lookups import by_ids
from moniqo.application.shared.persistence import Transaction
from moniqo.application.shared.query import Listing, eq
from moniqo.domain.identity.account import Account
from moniqo.domain.identity.role import Role
from moniqo.domain.identity.user import User
from moniqo.domain.shared.errors import RuleViolated
from moniqo.domain.shared.ids import RoleId

_ENOUGH = 1000
"""Superadmins among whom one that can act is looked for."""


async def require_another_superadmin(tx: Transaction, leaving: Member) -> None:
    """Raise `RuleViolated` if `leaving` is the last Superadmin who can sign in.

    The role is touched, so that of two who leave at once the later one sees that the first has
    left. Call it before the user is changed, and save the user in the same transaction.
    """
    if leaving.role.name != SUPERADMIN:
        return
    await tx[Role].save(leaving.role)
    if not await _another(tx, leaving.role.id, leaving):
        raise RuleViolated("The last Superadmin stays: make another one first.")


async def _another(tx: Transaction, role_id: RoleId, leaving: Member) -> bool:
    listing = Listing(where=(eq("role_id", role_id),), limit=_ENOUGH)
    members = (await tx[User].page(listing)).items
    others = [user.account_id for user in members if user.id != leaving.user.id]
    accounts = await by_ids(tx, Account, others)
    return any(_can_act(account) for account in accounts.values())


def _can_act(account: Account) -> bool:
    return account.is_active and account.is_verified and account.deleted_at is None
