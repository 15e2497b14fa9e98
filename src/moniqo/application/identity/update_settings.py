"""Another way in which the service is to behave."""

from collections.abc import Mapping
from dataclasses import dataclass

from moniqo.application.identity.settings_drafts import settings_of
from moniqo.application.shared.conflicts import settled
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.system import Ids
from moniqo.domain.identity.user_settings import UserSettings
from moniqo.domain.shared.errors import AlreadyExists, StaleVersion
from moniqo.domain.shared.ids import UserId


@dataclass(frozen=True, slots=True)
class UpdateSettings:
    """Change the user's own settings. `changes` are fields of `SettingsDraft`."""

    uow: UnitOfWork
    ids: Ids

    async def __call__(self, *, user_id: UserId, changes: Mapping[str, object]) -> UserSettings:
        """The settings as they are now."""

        async def change() -> UserSettings:
            async with self.uow() as tx:
                found = await settings_of(tx, self.ids, user_id)
                return await tx[UserSettings].save(found.with_(**changes))

        return await settled(change, again_on=(StaleVersion, AlreadyExists))
