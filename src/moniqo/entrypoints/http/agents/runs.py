"""Runs of a flow."""

from dataclasses import replace

from moniqo.application.agents.start_run import RunRequest, StartRun
from moniqo.application.identity.principal import Principal
from moniqo.application.shared.access import Browse, Fetch
from moniqo.application.shared.query import Listing, Page, eq
from moniqo.domain.agents.flow import Flow
from moniqo.domain.agents.run import FlowRun
from moniqo.domain.shared.errors import QuotaExceeded
from moniqo.domain.shared.ids import FlowId, FlowRunId
from moniqo.entrypoints.http.endpoint import GET, POST, Controller, endpoint
from moniqo.entrypoints.http.lists import Lists

RUNS = Lists(
    FlowRun,
    sort=("created_at", "status", "finished_at"),
    filters=("status", "trigger", "created_after", "created_before"),
)


class RunController(Controller):
    """`/users/me/flows/{flow_id}/runs` and `/users/me/runs`."""

    path = "/api/v1/users/me"
    tag = "Runs"

    @endpoint(
        POST,
        "/flows/{flow_id}/runs",
        summary="Run a flow",
        needs="flows:execute",
        status=202,
        message="The run is queued.",
        refuses=(QuotaExceeded,),
    )
    async def start(
        self, caller: Principal, flow_id: FlowId, data: RunRequest | None, start_run: StartRun
    ) -> FlowRun:
        """Queue a run of an active flow; its state tells how far it is."""
        return await start_run(user_id=caller.user_id, flow_id=flow_id, request=data)

    @endpoint(GET, "/flows/{flow_id}/runs", summary="List a flow's runs", lists=RUNS)
    async def index(
        self,
        caller: Principal,
        flow_id: FlowId,
        listing: Listing,
        fetch: Fetch[Flow],
        browse: Browse[FlowRun],
    ) -> Page[FlowRun]:
        """The runs of one of your flows, the newest first."""
        flow = await fetch(user_id=caller.user_id, entity_id=flow_id)
        of_it = replace(listing, where=(*listing.where, eq("flow_id", flow.id)))
        return await browse(user_id=caller.user_id, listing=of_it)

    @endpoint(GET, "/runs/{run_id}", summary="Get a run")
    async def fetch(self, caller: Principal, run_id: FlowRunId, fetch: Fetch[FlowRun]) -> FlowRun:
        """A run with what each step was asked, answered and did."""
        return await fetch(user_id=caller.user_id, entity_id=run_id)
