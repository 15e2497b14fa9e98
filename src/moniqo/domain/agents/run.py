"""Runs of a flow: a state machine whose every state is in the database."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self

from moniqo.domain.agents.decision import Decision
from moniqo.domain.agents.flow import Flow, StepConfig
from moniqo.domain.agents.snapshot import Holdings
from moniqo.domain.shared.decimals import ZERO, exact
from moniqo.domain.shared.entity import Entity, Value
from moniqo.domain.shared.errors import NoLongerHeld, RuleViolated
from moniqo.domain.shared.ids import AgentId, FlowId, FlowRunId, OrderId, PromptId, UserId
from moniqo.domain.shared.rules import Length, Range
from moniqo.domain.trading.market import Amount


class Trigger(StrEnum):
    """What began a run."""

    MANUAL = "manual"
    SCHEDULE = "schedule"
    WEBHOOK = "webhook"


class RunStatus(StrEnum):
    """Where a run stands."""

    QUEUED = "queued"
    RUNNING = "running"
    AWAITING_APPROVAL = "awaiting_approval"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class StepStatus(StrEnum):
    """Where a step stands."""

    PENDING = "pending"
    DECIDING = "deciding"
    ORDERING = "ordering"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"


_R, _T = RunStatus, StepStatus
_NEXT_RUN: dict[RunStatus, frozenset[RunStatus]] = {
    _R.QUEUED: frozenset({_R.RUNNING, _R.CANCELLED, _R.FAILED}),
    _R.RUNNING: frozenset({_R.SUCCEEDED, _R.FAILED, _R.CANCELLED, _R.AWAITING_APPROVAL}),
    _R.AWAITING_APPROVAL: frozenset({_R.RUNNING, _R.CANCELLED, _R.FAILED}),
    _R.SUCCEEDED: frozenset(),
    _R.FAILED: frozenset(),
    _R.CANCELLED: frozenset(),
}
_NEXT_STEP: dict[StepStatus, frozenset[StepStatus]] = {
    _T.PENDING: frozenset({_T.DECIDING, _T.SKIPPED}),
    _T.DECIDING: frozenset({_T.ORDERING, _T.DONE, _T.FAILED}),
    _T.ORDERING: frozenset({_T.DONE, _T.FAILED}),
    _T.DONE: frozenset(),
    _T.FAILED: frozenset(),
    _T.SKIPPED: frozenset(),
}
MOST_ATTEMPTS = 10
"""How often a run, or a backtest, is taken up; after that it has failed."""
BEGUN_TOO_OFTEN = "It was begun too often."
UNFINISHED = (_R.QUEUED, _R.RUNNING)


@dataclass(frozen=True, slots=True)
class StepRun(Value):
    """One step of one run: what was asked, what was answered, what was done.

    `input_digest` proves the snapshot; `holdings` are its account part, fixed when the step
    began. `refusal` says why a decision became no order. `cost` is in USD; `reserved` was set
    aside for it in the budget of the period that began at `reserved_in`.
    """

    step: Annotated[int, Range(least=0)]
    agent_id: AgentId
    prompt_id: PromptId
    config: StepConfig
    status: StepStatus = StepStatus.PENDING
    input_digest: str | None = None
    holdings: Holdings | None = None
    prompt: str | None = None
    raw_answer: str | None = None
    decision: Decision | None = None
    reserved: Amount = ZERO
    reserved_in: datetime | None = None
    cost: Amount = ZERO
    order_ids: tuple[OrderId, ...] = ()
    refusal: str | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    error: Annotated[str, Length(1, 1000)] | None = None

    def moved(self, status: StepStatus, **changes: object) -> Self:
        """In the next state; raises `RuleViolated` for a step that does not exist."""
        if status not in _NEXT_STEP[self.status]:
            raise RuleViolated(f"A step that is {self.status} cannot become {status}.")
        return self.with_(status=status, **changes)

    @property
    def is_final(self) -> bool:
        """Whether the step is over."""
        return not _NEXT_STEP[self.status]


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowRun(Entity):
    """One execution of a flow's steps.

    Whoever executes it holds it by a lease and writes with the `fence` that the lease came
    with; a taken-over run has a higher one. `as_of` fixes the last instant its snapshots
    may see; without it that is the start.
    """

    id: FlowRunId
    flow_id: FlowId
    user_id: UserId
    trigger: Trigger = Trigger.MANUAL
    status: RunStatus = RunStatus.QUEUED
    steps: tuple[StepRun, ...]
    as_of: datetime | None = None
    snapshot_digest: str | None = None
    cost: Amount = ZERO
    started_at: datetime | None = None
    finished_at: datetime | None = None
    lease_owner: Annotated[str, Length(1, 100)] | None = None
    lease_until: datetime | None = None
    fence: Annotated[int, Range(least=0)] = 0
    error: Annotated[str, Length(1, 1000)] | None = None

    @property
    def is_final(self) -> bool:
        """Whether the run is over."""
        return not _NEXT_RUN[self.status]

    @property
    def current(self) -> StepRun | None:
        """The step that is being executed or comes next."""
        return next((item for item in self.steps if not item.is_final), None)

    @property
    def is_given_up(self) -> bool:
        """Whether it was taken up so often without an end that it never will have one."""
        return self.fence > MOST_ATTEMPTS

    def claimed(self, owner: str, now: datetime, lease: timedelta) -> Self:
        """Held by `owner` for `lease`; raises `NoLongerHeld` while somebody else's lease runs."""
        if self.is_final:
            raise NoLongerHeld(f"The run is {self.status} already.")
        if self.lease_until is not None and self.lease_until > now:
            raise NoLongerHeld("The run is being executed already.")
        return self.with_(
            status=RunStatus.RUNNING,
            started_at=self.started_at or now,
            lease_owner=owner,
            lease_until=now + lease,
            fence=self.fence + 1,
        )

    def require_fence(self, fence: int) -> None:
        """Raise `NoLongerHeld` if the run was taken over, or is over."""
        if self.fence != fence or self.status is not RunStatus.RUNNING:
            raise NoLongerHeld("The run is no longer held by this executor.")

    def with_step(self, changed: StepRun, **changes: object) -> Self:
        """With one step replaced."""
        return self.with_(steps=self._replacing(changed), **changes)

    def with_ended(self, ended: StepRun, now: datetime) -> Self:
        """With one step replaced, which is over; succeeded if it was the last one."""
        steps = self._replacing(ended)
        if any(not item.is_final for item in steps):
            return self.with_(steps=steps)
        return self.with_(steps=steps, **self._end(RunStatus.SUCCEEDED, now))

    @exact
    def costing(self, amount: Decimal) -> Self:
        """With `amount` added to what the run has cost."""
        return self.with_(cost=self.cost + amount) if amount else self

    def finished(self, status: RunStatus, now: datetime, error: str | None = None) -> Self:
        """Over; steps that did not begin are skipped, one that had begun fails with the run."""
        steps = tuple(_ended(item, now) for item in self.steps)
        return self.with_(steps=steps, **self._end(status, now, error))

    def _replacing(self, changed: StepRun) -> tuple[StepRun, ...]:
        return tuple([changed if item.step == changed.step else item for item in self.steps])

    def _end(self, status: RunStatus, now: datetime, error: str | None = None) -> dict[str, object]:
        if status not in _NEXT_RUN[self.status]:
            raise RuleViolated(f"A run that is {self.status} cannot become {status}.")
        return {
            "status": status,
            "finished_at": now,
            "error": error,
            "lease_owner": None,
            "lease_until": None,
        }


def new_run(flow: Flow, run_id: FlowRunId, trigger: Trigger, as_of: datetime | None) -> FlowRun:
    """A queued run of the flow's steps as they are now.

    Later edits of the steps do not reach it; the risk policy is the one in force at an order.
    """
    return FlowRun(
        id=run_id,
        flow_id=flow.id,
        user_id=flow.user_id,
        trigger=trigger,
        as_of=as_of,
        steps=tuple(
            StepRun(item.step, item.agent_id, item.prompt_id, item.config) for item in flow.steps
        ),
    )


def _ended(step: StepRun, now: datetime) -> StepRun:
    if step.status is StepStatus.PENDING:
        return step.moved(StepStatus.SKIPPED)
    if not step.is_final:
        return step.moved(StepStatus.FAILED, finished_at=now, error="The run ended.")
    return step
