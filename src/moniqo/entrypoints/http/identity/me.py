"""The signed-in user."""

from moniqo.application.identity.get_profile import GetProfile
from moniqo.application.identity.members import Profile
from moniqo.application.identity.principal import Principal
from moniqo.application.identity.profile_drafts import ProfileDraft
from moniqo.application.identity.remove_user import RemoveUser
from moniqo.application.identity.update_profile import UpdateProfile
from moniqo.application.operations.export_user import ExportUser
from moniqo.application.operations.exported import Export
from moniqo.application.shared.cache import Part
from moniqo.application.shared.drafts import replacement
from moniqo.domain.identity.account import Account
from moniqo.domain.identity.user import User
from moniqo.domain.shared.errors import RuleViolated
from moniqo.entrypoints.http.arguments import Changes
from moniqo.entrypoints.http.endpoint import DELETE, GET, PATCH, PUT, Controller, endpoint
from moniqo.entrypoints.http.streams import Stream


class ProfileController(Controller):
    """`/users/me`."""

    path = "/api/v1/users/me"
    tag = "Users"

    @endpoint(
        GET,
        summary="Get your own profile",
        made_of=lambda caller: (Part(User, caller.user_id), Part(Account, caller.account_id)),
    )
    async def me(self, caller: Principal, get_profile: GetProfile) -> Profile:
        """Who you are and what you may do."""
        return await get_profile(caller=caller)

    @endpoint(GET, "/export", summary="Export your data", message="This is everything.")
    async def export(self, caller: Principal, export_user: ExportUser) -> Stream[Export]:
        """Everything that is held about you, what you removed too, without what is secret.

        It is written while it is read. If your session ends meanwhile it breaks off.
        """
        return Stream(await export_user(caller=caller))

    @endpoint(PUT, summary="Replace your profile", message="Profile changed.")
    async def replace(
        self, caller: Principal, data: ProfileDraft, update: UpdateProfile
    ) -> Profile:
        """Change every field; what you leave out is taken away. The address has its own route."""
        return await update(caller=caller, user_id=caller.user_id, changes=replacement(data))

    @endpoint(
        PATCH,
        summary="Change your profile",
        message="Profile changed.",
        example={"first_name": "Ada"},
    )
    async def change(
        self, caller: Principal, changes: Changes[ProfileDraft], update: UpdateProfile
    ) -> Profile:
        """Change the fields that are sent."""
        return await update(caller=caller, user_id=caller.user_id, changes=changes)

    @endpoint(
        DELETE, summary="Delete your account", message="Account deleted.", refuses=(RuleViolated,)
    )
    async def remove(self, caller: Principal, remove: RemoveUser) -> None:
        """Every session ends, nothing of yours runs any more, your address is free again."""
        await remove(caller=caller, user_id=caller.user_id)
