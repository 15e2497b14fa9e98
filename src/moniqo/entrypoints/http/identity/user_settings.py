"""How the service behaves towards one user."""

from moniqo.application.identity.get_settings import GetSettings
from moniqo.application.identity.principal import Principal
from moniqo.application.identity.settings_drafts import SettingsDraft
from moniqo.application.identity.update_settings import UpdateSettings
from moniqo.application.shared.cache import Part
from moniqo.application.shared.drafts import replacement
from moniqo.domain.identity.user_settings import UserSettings
from moniqo.entrypoints.http.arguments import Changes
from moniqo.entrypoints.http.endpoint import GET, PATCH, PUT, Controller, endpoint

EXAMPLE = {"preferences": {"start_page": "trades"}, "theme": "dark"}


class SettingsController(Controller):
    """`/users/me/settings`."""

    path = "/api/v1/users/me/settings"
    tag = "Settings"

    @endpoint(
        GET,
        summary="Get your settings",
        made_of=lambda caller: (Part(UserSettings, caller.user_id),),
    )
    async def fetch(self, caller: Principal, get_settings: GetSettings) -> UserSettings:
        """How you want the service to behave."""
        return await get_settings(user_id=caller.user_id)

    @endpoint(PUT, summary="Replace your settings", message="Settings changed.", example=EXAMPLE)
    async def replace(
        self, caller: Principal, data: SettingsDraft, update_settings: UpdateSettings
    ) -> UserSettings:
        """Change every setting; what is left out goes back to what it was at first."""
        return await update_settings(user_id=caller.user_id, changes=replacement(data))

    @endpoint(
        PATCH,
        summary="Change your settings",
        message="Settings changed.",
        example={"notifications_enabled": False},
    )
    async def change(
        self,
        caller: Principal,
        changes: Changes[SettingsDraft],
        update_settings: UpdateSettings,
    ) -> UserSettings:
        """Change the settings that are sent; `preferences` are one setting."""
        return await update_settings(user_id=caller.user_id, changes=changes)
