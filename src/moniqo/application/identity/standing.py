"""Whether anything may happen for a user, wherever work is done that they did not just ask for."""

from moniqo.application.identity.members import keys_of, permissions_of
from moniqo.application.shared.persistence import Transaction
from moniqo.application.shared.query import eq
from moniqo.domain.identity.account import Account
from moniqo.domain.identity.role import Role
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


async def holds(tx: Transaction, user_id: UserId, permission: str | None) -> bool:
    """Whether they are there, not deactivated, and their role holds `permission`, if one is asked.

    As stored right now, for what is done on their behalf long after they asked for it.
    """
    user = await tx[User].first(eq("id", user_id))
    account = await tx[Account].first(eq("id", user.account_id)) if user else None
    if user is None or account is None or not account.is_active:
        return False
    if permission is None:
        return True
    role = await tx[Role].get(user.role_id, include_deleted=True)
    return permission in keys_of(role, await permissions_of(tx, (role,)))
