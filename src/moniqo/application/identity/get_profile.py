"""The caller's own profile."""

from dataclasses import dataclass

from moniqo.application.identity.members import Profile, member_of, profile_of
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.domain.shared.ids import UserId


@dataclass(frozen=True, slots=True)
class GetProfile:
    """A user as they see themselves; raises `NotFound`."""

    uow: UnitOfWork

    async def __call__(self, *, user_id: UserId) -> Profile:
        """The profile."""
        async with self.uow() as tx:
            return profile_of(await member_of(tx, user_id))
