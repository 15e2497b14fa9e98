"""What users send to set how the service behaves, and the row that keeps it."""

from dataclasses import dataclass, field

from moniqo.application.shared.access import own
from moniqo.application.shared.persistence import Transaction
from moniqo.application.shared.system import Ids
from moniqo.domain.identity.user_settings import Preferences, Theme, UserSettings, UserSettingsId
from moniqo.domain.shared.entity import Value
from moniqo.domain.shared.ids import UserId
from moniqo.domain.shared.types import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsDraft(Value):
    """Settings to be. `preferences` are the client's own and mean nothing to the server."""

    preferences: Preferences = field(default_factory=lambda: JsonObject({}))
    notifications_enabled: bool = True
    email_notifications: bool = True
    theme: Theme = Theme.LIGHT


async def settings_of(tx: Transaction, ids: Ids, user_id: UserId) -> UserSettings:
    """The user's settings, made now for who has none; then raises `AlreadyExists` in a race."""
    found = await tx[UserSettings].first(*own(user_id))
    fresh = UserSettings(id=UserSettingsId(ids.new()), user_id=user_id)
    return found or await tx[UserSettings].add(fresh)
