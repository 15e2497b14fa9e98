"""The caller's own profile."""

from dataclasses import dataclass

from moniqo.application.identity.members import Profile, profile
from moniqo.application.identity.principal import Principal
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.domain.identity.account import Account
from moniqo.domain.identity.user import User


@dataclass(frozen=True, slots=True)
class GetProfile:
    """A user as they see themselves; raises `NotFound` for somebody who was just removed.

    Role and permissions were read already to let the caller in.
    """

    uow: UnitOfWork

    async def __call__(self, *, caller: Principal) -> Profile:
        """The profile."""
        async with self.uow() as tx:
            user = await tx[User].get(caller.user_id)
            account = await tx[Account].get(caller.account_id)
        return profile(user, account, caller.role, caller.permissions)
