"""How a user wants the service to behave."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, NewType
from uuid import UUID

from moniqo.domain.shared.entity import Entity
from moniqo.domain.shared.ids import UserId
from moniqo.domain.shared.rules import JsonSize
from moniqo.domain.shared.types import JsonObject

UserSettingsId = NewType("UserSettingsId", UUID)


Preferences = Annotated[JsonObject, JsonSize(16 * 1024)]


class Theme(StrEnum):
    """How clients look."""

    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True, kw_only=True)
class UserSettings(Entity):
    """One row a user, made with the user."""

    id: UserSettingsId
    user_id: UserId
    preferences: Preferences = field(default_factory=lambda: JsonObject({}))
    notifications_enabled: bool = True
    email_notifications: bool = True
    theme: Theme = Theme.LIGHT
