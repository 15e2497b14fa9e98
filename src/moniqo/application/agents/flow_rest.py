"""What may happen only while a flow is at rest."""

from moniqo.application.shared.persistence import Transaction
from moniqo.application.shared.query import any_of, eq
from moniqo.domain.agents.flow import Flow
from moniqo.domain.agents.run import UNFINISHED, FlowRun, RunStatus
from moniqo.domain.shared.errors import RuleViolated


async def require_no_run(tx: Transaction, flow: Flow) -> None:
    """Raise `RuleViolated` while a run of the flow is going on."""
    going_on = any_of("status", (*UNFINISHED, RunStatus.AWAITING_APPROVAL))
    if await tx[FlowRun].first(eq("flow_id", flow.id), going_on) is not None:
        raise RuleViolated("A run of the flow is going on; wait for its end.")
