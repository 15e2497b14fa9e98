"""Changing flows."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from moniqo.application.agents.access import FLOW_ACCESS
from moniqo.application.agents.flow_drafts import check_schedule
from moniqo.application.agents.flow_parts import keep_parts
from moniqo.application.agents.flow_rest import require_no_run
from moniqo.application.shared.conflicts import settled
from moniqo.application.shared.cron import Schedules
from moniqo.application.shared.persistence import Transaction, UnitOfWork
from moniqo.application.shared.system import Clock
from moniqo.domain.agents.flow import Flow, FlowStatus
from moniqo.domain.shared.errors import RuleViolated
from moniqo.domain.shared.ids import UserId

SUBSTANCE = ("steps", "symbol", "user_wallet_id", "timeframe")
"""What must not change under a run."""


@dataclass(frozen=True, slots=True)
class UpdateFlow:
    """Change a flow that is not stopped; `changes` are fields of `FlowDraft`.

    Steps, symbol, wallet and timeframe change only while it is paused and none of its runs
    is going on: a run must end on what it began with. Raises `RuleViolated`, `NotFound`, and
    `Invalid` as `CreateFlow`.
    """

    uow: UnitOfWork
    clock: Clock
    schedules: Schedules

    async def __call__(
        self, *, user_id: UserId, flow_id: UUID, changes: Mapping[str, object]
    ) -> Flow:
        """The flow as it is now."""
        return await settled(lambda: self._change(user_id, flow_id, changes))

    async def _change(self, user_id: UserId, flow_id: UUID, changes: Mapping[str, object]) -> Flow:
        async with self.uow() as tx:
            flow = await tx[Flow].get(flow_id, *FLOW_ACCESS.writable(user_id))
            flow.require_not_stopped()
            changed = flow.with_(**changes)
            following = check_schedule(self.schedules, changed, self.clock.now())
            if any(getattr(changed, name) != getattr(flow, name) for name in SUBSTANCE):
                await _require_at_rest(tx, flow)
                await keep_parts(tx, changed)
            # A slot that has come and is not fired yet is not lost by a change of something else.
            if changed.status is FlowStatus.ACTIVE and changed.schedule != flow.schedule:
                changed = changed.with_(next_run_at=following)
            return await tx[Flow].save(changed)


async def _require_at_rest(tx: Transaction, flow: Flow) -> None:
    if flow.status is FlowStatus.ACTIVE:
        raise RuleViolated(
            "Pause the flow first: steps, symbol, wallet and timeframe must not change under a run."
        )
    await require_no_run(tx, flow)
