"""What is on offer."""

from moniqo.application.billing.archive_plan import ArchivePlan
from moniqo.application.billing.create_plan import CreatePlan
from moniqo.application.billing.get_plan import GetPlan
from moniqo.application.billing.list_plans import ListPlans
from moniqo.application.billing.plan_drafts import PlanDraft
from moniqo.application.billing.update_plan import UpdatePlan
from moniqo.application.shared.cache import Part
from moniqo.application.shared.drafts import replacement
from moniqo.application.shared.query import Listing, Page
from moniqo.domain.billing.plan import Plan
from moniqo.domain.shared.ids import PlanId
from moniqo.entrypoints.http.arguments import Changes
from moniqo.entrypoints.http.endpoint import DELETE, GET, PATCH, POST, PUT, Controller, endpoint
from moniqo.entrypoints.http.lists import Lists

EXAMPLE = {
    "name": "Team",
    "description": "For a desk of five.",
    "price": "99",
    "currency": "USD",
    "features": [{"resource": "support", "title": "Answers within a day"}],
    "limits": [{"resource": "agents", "title": "Agents", "value": "50"}],
}


def _made_of(_: None) -> tuple[Part, ...]:
    return (Part(Plan),)


class PlanController(Controller):
    """`/plans`."""

    path = "/api/v1/plans"
    tag = "Plans"

    @endpoint(
        GET,
        summary="List plans",
        public=True,
        lists=Lists(
            Plan,
            sort=("price", "name", "created_at"),
            filters=("currency",),
            default=("price",),
            deleted="plans:delete",
        ),
        made_of=_made_of,
    )
    async def index(self, listing: Listing, list_plans: ListPlans) -> Page[Plan]:
        """The plans on offer, the cheapest first."""
        return await list_plans(listing=listing)

    @endpoint(
        POST,
        summary="Create a plan",
        needs="plans:write",
        status=201,
        message="Plan created.",
        example=EXAMPLE,
    )
    async def create(self, data: PlanDraft, create_plan: CreatePlan) -> Plan:
        """A plan that anybody may subscribe to from now on. Its name is its own."""
        return await create_plan(draft=data)

    @endpoint(GET, "/{plan_id}", summary="Get a plan", public=True, made_of=_made_of)
    async def fetch(self, plan_id: PlanId, get_plan: GetPlan) -> Plan:
        """One plan with its features and limits; -1 is unlimited."""
        return await get_plan(plan_id=plan_id)

    @endpoint(
        PUT,
        "/{plan_id}",
        summary="Replace a plan",
        needs="plans:write",
        message="Plan changed.",
        example=EXAMPLE,
    )
    async def replace(self, plan_id: PlanId, data: PlanDraft, update_plan: UpdatePlan) -> Plan:
        """Change every field, for its subscribers too.

        Nothing that they have goes away: what is over a limit stays, and nothing comes on top.
        The default plan and one with active subscriptions keep their names.
        """
        return await update_plan(plan_id=plan_id, changes=replacement(data))

    @endpoint(
        PATCH,
        "/{plan_id}",
        summary="Change a plan",
        needs="plans:write",
        message="Plan changed.",
        example={"price": "89.90"},
    )
    async def change(
        self, plan_id: PlanId, changes: Changes[PlanDraft], update_plan: UpdatePlan
    ) -> Plan:
        """Change the fields that are sent, as `PUT` does; `limits` is one field."""
        return await update_plan(plan_id=plan_id, changes=changes)

    @endpoint(
        DELETE,
        "/{plan_id}",
        summary="Delete a plan",
        needs="plans:delete",
        message="Plan deleted.",
    )
    async def remove(self, plan_id: PlanId, archive_plan: ArchivePlan) -> None:
        """Refused for the default plan and while a subscription to it is active."""
        await archive_plan(plan_id=plan_id)
