"""The signed-in user."""

from moniqo.application.identity.get_profile import GetProfile
from moniqo.application.identity.members import Profile
from moniqo.application.identity.principal import Principal
from moniqo.entrypoints.http.endpoint import GET, Controller, endpoint


class UserController(Controller):
    """`/users`."""

    path = "/api/v1/users"
    tag = "Users"

    @endpoint(GET, "/me", summary="Get your own profile")
    async def me(self, caller: Principal, get_profile: GetProfile) -> Profile:
        """Who you are and what you may do."""
        return await get_profile(caller=caller)
