"""Whether anything may happen for a user, wherever work is done that they did not just ask for."""

from moniqo.application.shared.persistence import Transaction
from moniqo.application.shared.query import eq
from moniqo.domain.identity.account import Account
from moniqo.domain.identity.user import User
from moniqo.domain.shared.ids import UserId

SUSPENDED = "The account is not in use."


async def is_suspended(tx: Transaction, user_id: UserId) -> bool:
    """Whether they were removed or deactivated.

    In a simulation nobody is: there are no users in it.
    """
    user = await tx[User].first(eq("id", user_id), include_deleted=True)
    if user is None:
        return False
    account = await tx[Account].get(user.account_id, include_deleted=True)
    return user.deleted_at is not None or not account.is_active
