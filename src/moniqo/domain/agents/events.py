"""What happens to runs."""

from dataclasses import dataclass

from moniqo.domain.shared.event import Event
from moniqo.domain.shared.ids import FlowId, FlowRunId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFailed(Event):
    """A run ended without having done what its flow says."""

    user_id: UserId
    run_id: FlowRunId
    flow_id: FlowId
    error: str
