"""What is on offer."""

from moniqo.application.billing.get_plan import GetPlan
from moniqo.application.billing.list_plans import ListPlans
from moniqo.application.shared.query import Listing, Page
from moniqo.domain.billing.plan import Plan
from moniqo.domain.shared.ids import PlanId
from moniqo.entrypoints.http.endpoint import GET, Controller, endpoint
from moniqo.entrypoints.http.lists import Lists


class PlanController(Controller):
    """`/plans`."""

    path = "/api/v1/plans"
    tag = "Plans"

    @endpoint(
        GET,
        summary="List plans",
        public=True,
        lists=Lists(
            Plan, sort=("price", "name", "created_at"), filters=("currency",), default=("price",)
        ),
    )
    async def index(self, listing: Listing, list_plans: ListPlans) -> Page[Plan]:
        """The plans on offer, the cheapest first."""
        return await list_plans(listing=listing)

    @endpoint(GET, "/{plan_id}", summary="Get a plan", public=True)
    async def fetch(self, plan_id: PlanId, get_plan: GetPlan) -> Plan:
        """One plan with its features and limits; -1 is unlimited."""
        return await get_plan(plan_id=plan_id)
