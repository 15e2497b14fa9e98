"""Making, changing and removing flows."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from moniqo.application.agents.access import FLOW_ACCESS
from moniqo.application.agents.flow_drafts import FlowDraft, check_schedule
from moniqo.application.agents.flow_parts import flow_parts, keep
from moniqo.application.agents.ports import Schedules
from moniqo.application.billing.quotas import Quotas
from moniqo.application.shared.conflicts import settled
from moniqo.application.shared.drafts import replacement
from moniqo.application.shared.persistence import Transaction, UnitOfWork
from moniqo.application.shared.query import any_of, eq
from moniqo.application.shared.system import Clock, Ids
from moniqo.domain.agents.flow import Flow, FlowStatus
from moniqo.domain.agents.run import UNFINISHED, FlowRun, RunStatus
from moniqo.domain.billing.plan import Resource
from moniqo.domain.shared.errors import Invalid, RuleViolated
from moniqo.domain.shared.ids import FlowId, UserId

SUBSTANCE = ("steps", "symbol", "user_wallet_id", "timeframe")
"""What must not change under a run."""


@dataclass(frozen=True, slots=True)
class CreateFlow:
    """Make a flow, paused; it takes a unit of the plan's `flows`.

    Raises `QuotaExceeded`, and `Invalid` naming each step's prompt or agent and the wallet
    that the user may not use, or a schedule that is none.
    """

    uow: UnitOfWork
    ids: Ids
    clock: Clock
    quotas: Quotas
    schedules: Schedules

    async def __call__(self, *, user_id: UserId, draft: FlowDraft) -> Flow:
        """The new flow."""
        flow = Flow(id=FlowId(self.ids.new()), user_id=user_id, **replacement(draft))
        check_schedule(self.schedules, flow, self.clock.now())
        return await settled(lambda: self._add(flow))

    async def _add(self, flow: Flow) -> Flow:
        async with self.uow() as tx:
            await _keep_parts(tx, flow)
            await self.quotas.take(tx, user_id=flow.user_id, resource=Resource.FLOWS)
            return await tx[Flow].add(flow)


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
                await _keep_parts(tx, changed)
            if changed.status is FlowStatus.ACTIVE:
                changed = changed.with_(next_run_at=following)
            return await tx[Flow].save(changed)


@dataclass(frozen=True, slots=True)
class ArchiveFlow:
    """Remove a flow and give back the unit of the plan that it took.

    Positions that it opened stay, to be closed by hand. Raises `RuleViolated` while one of its
    runs is going on, and `NotFound`.
    """

    uow: UnitOfWork
    quotas: Quotas

    async def __call__(self, *, user_id: UserId, flow_id: UUID) -> None:
        """Remove it."""

        async def remove() -> None:
            async with self.uow() as tx:
                flow = await tx[Flow].get(flow_id, *FLOW_ACCESS.writable(user_id))
                await _require_no_run(tx, flow)
                await tx[Flow].remove(flow)
                await self.quotas.give_back(tx, user_id=user_id, resource=Resource.FLOWS)

        await settled(remove)


async def _keep_parts(tx: Transaction, flow: Flow) -> None:
    parts, faults = await flow_parts(tx, flow)
    if faults:
        named = "; ".join(f"{fault.field} {fault.message}" for fault in faults)
        raise Invalid(f"Invalid input: {named}.", faults=tuple(faults))
    await keep(tx, parts)


async def _require_at_rest(tx: Transaction, flow: Flow) -> None:
    if flow.status is FlowStatus.ACTIVE:
        raise RuleViolated(
            "Pause the flow first: steps, symbol, wallet and timeframe must not change under a run."
        )
    await _require_no_run(tx, flow)


async def _require_no_run(tx: Transaction, flow: Flow) -> None:
    going_on = any_of("status", (*UNFINISHED, RunStatus.AWAITING_APPROVAL))
    if await tx[FlowRun].first(eq("flow_id", flow.id), going_on) is not None:
        raise RuleViolated("A run of the flow is going on; wait for its end or cancel it.")
