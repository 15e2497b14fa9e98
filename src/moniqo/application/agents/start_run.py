"""Starting a run by hand."""

from dataclasses import dataclass
from datetime import UTC, datetime

from moniqo.application.agents.access import FLOW_ACCESS
from moniqo.application.billing.quotas import Quotas
from moniqo.application.shared.conflicts import settled
from moniqo.application.shared.persistence import Transaction, UnitOfWork
from moniqo.application.shared.query import any_of, eq
from moniqo.application.shared.system import Clock, Ids
from moniqo.application.shared.tasks import TaskQueue, Wanted
from moniqo.domain.agents.flow import Flow
from moniqo.domain.agents.run import UNFINISHED, FlowRun, Trigger, new_run
from moniqo.domain.billing.plan import Resource
from moniqo.domain.shared.entity import Value
from moniqo.domain.shared.errors import Invalid
from moniqo.domain.shared.ids import FlowId, FlowRunId, UserId
from moniqo.domain.shared.types import JsonObject
from moniqo.domain.trading.order import Order
from moniqo.domain.trading.trade import Trade
from moniqo.domain.trading.wallet import UserWallet, Wallet

BEGINNING = datetime.min.replace(tzinfo=UTC)
RUN_FLOW = "run_flow"
"""The kind of task that executes a run."""


@dataclass(frozen=True, slots=True)
class RunRequest(Value):
    """With `as_of` the snapshot ends with the last bar closed by then (paper wallets only)."""

    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class StartRun:
    """Queue a run of an active flow; it is executed right after."""

    uow: UnitOfWork
    clock: Clock
    ids: Ids
    quotas: Quotas
    queue: TaskQueue

    async def __call__(
        self, *, user_id: UserId, flow_id: FlowId, request: RunRequest | None = None
    ) -> FlowRun:
        """The queued run.

        Raises `NotFound`, `RuleViolated` unless the flow is active, `QuotaExceeded`, and
        `Invalid` for an `as_of` in the future, before what the flow has done already, or on a
        wallet that is not paper.
        """
        as_of = request.as_of if request else None
        return await settled(lambda: self._queue(user_id, flow_id, as_of))

    async def _queue(self, user_id: UserId, flow_id: FlowId, as_of: datetime | None) -> FlowRun:
        now = self.clock.now()
        if as_of is not None and as_of > now:
            raise Invalid.field("as_of", "must not be in the future")
        async with self.uow() as tx:
            flow = await tx[Flow].get(flow_id, *FLOW_ACCESS.writable(user_id))
            flow.require_active()
            account = await tx[UserWallet].get(flow.user_wallet_id)
            account.require_active()
            wallet = await tx[Wallet].get(account.wallet_id)
            if as_of is not None and not wallet.is_paper:
                raise Invalid.field("as_of", "is for paper wallets only")
            if as_of is not None and as_of < await _latest(tx, flow):
                raise Invalid.field("as_of", "must not be before the flow's last order or trade")
            await self.quotas.take(tx, user_id=user_id, resource=Resource.RUNS_PER_DAY)
            await tx[Flow].save(flow.with_(last_run_at=now))
            run = new_run(flow, FlowRunId(self.ids.new()), Trigger.MANUAL, as_of)
            await self.queue.add(tx, task_of(run))
            return await tx[FlowRun].add(run)


def task_of(run: FlowRun) -> Wanted:
    """What executes the run."""
    return Wanted(RUN_FLOW, owner_id=run.user_id, payload=JsonObject({"run_id": str(run.id)}))


async def _latest(tx: Transaction, flow: Flow) -> datetime:
    """The last instant at which the flow has done anything: its time only runs forward."""
    its_own = (eq("user_wallet_id", flow.user_wallet_id), eq("flow_id", flow.id))
    order = await tx[Order].first(*its_own, sort=("-placed_at",))
    opened = await tx[Trade].first(*its_own, sort=("-executed_at",))
    closed = await tx[Trade].first(*its_own, sort=("-closed_at",))
    waiting = await tx[FlowRun].first(
        eq("flow_id", flow.id), any_of("status", UNFINISHED), sort=("-as_of",)
    )
    return max(
        (waiting.as_of if waiting else None) or BEGINNING,
        order.placed_at if order else BEGINNING,
        opened.executed_at if opened else BEGINNING,
        (closed.closed_at if closed else None) or BEGINNING,
    )
