"""How a user wants the service to behave."""

from dataclasses import dataclass

from moniqo.application.identity.settings_drafts import settings_of
from moniqo.application.shared.conflicts import settled
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.system import Ids
from moniqo.domain.identity.user_settings import UserSettings
from moniqo.domain.shared.errors import AlreadyExists
from moniqo.domain.shared.ids import UserId


@dataclass(frozen=True, slots=True)
class GetSettings:
    """The user's own settings; everybody has some."""

    uow: UnitOfWork
    ids: Ids

    async def __call__(self, *, user_id: UserId) -> UserSettings:
        """The settings."""

        async def fetch() -> UserSettings:
            async with self.uow() as tx:
                return await settings_of(tx, self.ids, user_id)

        return await settled(fetch, again_on=(AlreadyExists,))
