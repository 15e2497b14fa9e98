"""What is traded, by which steps."""

from moniqo.application.agents.activate_flow import ActivateFlow
from moniqo.application.agents.archive_flow import ArchiveFlow
from moniqo.application.agents.create_flow import CreateFlow
from moniqo.application.agents.flow_drafts import FlowDraft
from moniqo.application.agents.pause_flow import PauseFlow
from moniqo.application.agents.stop_flow import StopFlow
from moniqo.application.agents.update_flow import UpdateFlow
from moniqo.application.identity.principal import Principal
from moniqo.application.shared.access import Browse, Fetch
from moniqo.application.shared.drafts import replacement
from moniqo.application.shared.query import Listing, Page
from moniqo.domain.agents.flow import Flow
from moniqo.domain.shared.errors import QuotaExceeded
from moniqo.domain.shared.ids import FlowId
from moniqo.entrypoints.http.arguments import Changes
from moniqo.entrypoints.http.endpoint import DELETE, GET, PATCH, POST, PUT, Controller, endpoint
from moniqo.entrypoints.http.lists import Lists
from moniqo.entrypoints.http.openapi.example_values import IDENTITY

EXAMPLE = {
    "title": "Trend of BTC",
    "steps": [{"step": 0, "prompt_id": IDENTITY, "agent_id": IDENTITY}],
    "user_wallet_id": IDENTITY,
    "symbol": "BTC/USDT",
    "timeframe": "1h",
    "risk": {"max_fraction": "0.95"},
}


class FlowController(Controller):
    """`/users/me/flows`."""

    path = "/api/v1/users/me/flows"
    tag = "Flows"

    @endpoint(
        GET,
        summary="List your flows",
        lists=Lists(
            Flow,
            sort=("created_at", "title", "status", "last_run_at"),
            filters=(
                "status",
                "symbol",
                "timeframe",
                "user_wallet_id",
                "created_after",
                "created_before",
            ),
        ),
    )
    async def index(self, caller: Principal, listing: Listing, browse: Browse[Flow]) -> Page[Flow]:
        """Your flows, the newest first."""
        return await browse(user_id=caller.user_id, listing=listing)

    @endpoint(
        POST,
        summary="Create a flow",
        needs="flows:write",
        status=201,
        message="Flow created.",
        refuses=(QuotaExceeded,),
        example=EXAMPLE,
    )
    async def create(self, caller: Principal, data: FlowDraft, create_flow: CreateFlow) -> Flow:
        """A flow, paused. Its prompts and agents are your own, shared or public."""
        return await create_flow(user_id=caller.user_id, draft=data)

    @endpoint(GET, "/{flow_id}", summary="Get a flow")
    async def fetch(self, caller: Principal, flow_id: FlowId, fetch: Fetch[Flow]) -> Flow:
        """One of your flows."""
        return await fetch(user_id=caller.user_id, entity_id=flow_id)

    @endpoint(
        PUT,
        "/{flow_id}",
        summary="Replace a flow",
        needs="flows:write",
        message="Flow changed.",
        example=EXAMPLE,
    )
    async def replace(
        self, caller: Principal, flow_id: FlowId, data: FlowDraft, update_flow: UpdateFlow
    ) -> Flow:
        """Change every field. What a run stands on changes only while the flow is at rest."""
        return await update_flow(user_id=caller.user_id, flow_id=flow_id, changes=replacement(data))

    @endpoint(
        PATCH,
        "/{flow_id}",
        summary="Change a flow",
        needs="flows:write",
        message="Flow changed.",
        example={"title": "Trend of Bitcoin"},
    )
    async def change(
        self,
        caller: Principal,
        flow_id: FlowId,
        changes: Changes[FlowDraft],
        update_flow: UpdateFlow,
    ) -> Flow:
        """Change the fields that are sent."""
        return await update_flow(user_id=caller.user_id, flow_id=flow_id, changes=changes)

    @endpoint(
        DELETE, "/{flow_id}", summary="Delete a flow", needs="flows:write", message="Flow deleted."
    )
    async def remove(self, caller: Principal, flow_id: FlowId, archive_flow: ArchiveFlow) -> None:
        """Refused while a run of it is going on; positions that it opened stay."""
        await archive_flow(user_id=caller.user_id, flow_id=flow_id)

    @endpoint(POST, "/{flow_id}/activate", summary="Activate a flow", message="Flow activated.")
    async def activate(self, caller: Principal, flow_id: FlowId, activate: ActivateFlow) -> Flow:
        """Let a paused flow run, by hand and by its schedule."""
        return await activate(user_id=caller.user_id, flow_id=flow_id)

    @endpoint(POST, "/{flow_id}/pause", summary="Pause a flow", message="Flow paused.")
    async def pause(self, caller: Principal, flow_id: FlowId, pause: PauseFlow) -> Flow:
        """Begin no more runs for now; one that is going on ends."""
        return await pause(user_id=caller.user_id, flow_id=flow_id)

    @endpoint(POST, "/{flow_id}/stop", summary="Stop a flow", message="Flow stopped.")
    async def stop(self, caller: Principal, flow_id: FlowId, stop: StopFlow) -> Flow:
        """Begin no more runs ever."""
        return await stop(user_id=caller.user_id, flow_id=flow_id)
