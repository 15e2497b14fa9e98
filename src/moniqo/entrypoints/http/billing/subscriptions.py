"""The user's own plan."""

from dataclasses import dataclass

from moniqo.application.billing.cancel_subscription import CancelSubscription
from moniqo.application.billing.subscribe_plan import PlanChoice, SubscribePlan
from moniqo.application.identity.principal import Principal
from moniqo.application.shared.access import Browse
from moniqo.application.shared.query import Listing, Page
from moniqo.domain.billing.subscription import Subscription, SubscriptionStatus
from moniqo.domain.shared.entity import Value
from moniqo.domain.shared.ids import SubscriptionId
from moniqo.entrypoints.http.endpoint import DELETE, GET, POST, PUT, Controller, endpoint
from moniqo.entrypoints.http.lists import Lists


@dataclass(frozen=True, slots=True)
class SubscriptionChange(Value):
    """How the subscription shall end: `cancelled`, or `expired` once its time is over."""

    status: SubscriptionStatus


class SubscriptionController(Controller):
    """`/users/me/plans`."""

    path = "/api/v1/users/me/plans"
    tag = "Plans"

    @endpoint(
        GET,
        summary="List your subscriptions",
        lists=Lists(
            Subscription,
            sort=("created_at", "start_date", "end_date"),
            filters=("status", "plan_id"),
        ),
    )
    async def index(
        self, caller: Principal, listing: Listing, browse: Browse[Subscription]
    ) -> Page[Subscription]:
        """Your subscriptions, the newest first."""
        return await browse(user_id=caller.user_id, listing=listing)

    @endpoint(POST, summary="Subscribe to a plan", status=201, message="Subscribed.")
    async def subscribe(
        self, caller: Principal, data: PlanChoice, subscribe: SubscribePlan
    ) -> Subscription:
        """Change to a plan. The present subscription ends at the same moment."""
        return await subscribe(user_id=caller.user_id, choice=data)

    @endpoint(
        PUT,
        "/{subscription_id}",
        summary="End a subscription",
        message="Subscription ended.",
        example={"status": "cancelled"},
    )
    async def change(
        self,
        caller: Principal,
        subscription_id: SubscriptionId,
        data: SubscriptionChange,
        cancel: CancelSubscription,
    ) -> Subscription:
        """From active to cancelled or expired and no other way; the default plan holds after."""
        return await cancel(
            user_id=caller.user_id, subscription_id=subscription_id, status=data.status
        )

    @endpoint(DELETE, "/{subscription_id}", summary="Cancel a subscription", message="Cancelled.")
    async def cancel(
        self, caller: Principal, subscription_id: SubscriptionId, cancel: CancelSubscription
    ) -> None:
        """Leave the plan; the default plan holds after."""
        await cancel(user_id=caller.user_id, subscription_id=subscription_id)
