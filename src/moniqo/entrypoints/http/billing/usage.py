"""How much of the plan is used."""

from moniqo.application.billing.get_usage import GetUsage, PlanUsage
from moniqo.application.identity.principal import Principal
from moniqo.entrypoints.http.endpoint import GET, Controller, endpoint


class UsageController(Controller):
    """`/users/me/usage`."""

    path = "/api/v1/users/me/usage"
    tag = "Plans"

    @endpoint(GET, summary="Get your usage")
    async def fetch(self, caller: Principal, get_usage: GetUsage) -> PlanUsage:
        """Each limit of the plan in force and what is used of it; -1 is unlimited.

        API calls that other servers have taken within the last second may not be in it yet.
        """
        return await get_usage(user_id=caller.user_id)
