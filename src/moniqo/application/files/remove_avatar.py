"""No picture of oneself any more."""

from dataclasses import dataclass

from moniqo.application.files.keeping import Keeping
from moniqo.application.shared.conflicts import settled
from moniqo.domain.identity.user import User
from moniqo.domain.shared.ids import UserId


@dataclass(frozen=True, slots=True)
class RemoveAvatar:
    """Take the user's picture away; without one nothing happens."""

    keeping: Keeping

    async def __call__(self, *, user_id: UserId) -> None:
        """Remove it."""
        await settled(lambda: self._remove(user_id))

    async def _remove(self, user_id: UserId) -> None:
        async with self.keeping.uow() as tx:
            user = await tx[User].get(user_id)
            if user.avatar_key is not None:
                await tx[User].save(user.with_(avatar_key=None))
                await self.keeping.abandon(tx, user.avatar_key)
