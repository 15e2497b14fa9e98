"""Flows: what is traded, by which steps, under which limits."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Self

from moniqo.domain.agents.risk import Risk
from moniqo.domain.shared.entity import Entity, Value
from moniqo.domain.shared.errors import Invalid, RuleViolated
from moniqo.domain.shared.ids import AgentId, FlowId, PromptId, UserId, UserWalletId
from moniqo.domain.shared.rules import Length, Range
from moniqo.domain.trading.market import Symbol, Timeframe

FlowTitle = Annotated[str, Length(1, 200)]
FlowDescription = Annotated[str, Length(0, 2000)]
Schedule = Annotated[str, Length(1, 100)]


class FlowStatus(StrEnum):
    """Whether a flow runs; stopped is final."""

    ACTIVE = "active"
    PAUSED = "paused"
    STOPPED = "stopped"


ALIVE = (FlowStatus.ACTIVE, FlowStatus.PAUSED)


@dataclass(frozen=True, slots=True)
class StepConfig(Value):
    """How many candles the step's snapshot holds; by default what the agent looks at."""

    candles: Annotated[int, Range(least=1, most=500)] | None = None


@dataclass(frozen=True, slots=True)
class FlowStep(Value):
    """One question to one agent. A later step sees the answers of the earlier ones."""

    step: Annotated[int, Range(least=0, most=19)]
    prompt_id: PromptId
    agent_id: AgentId
    config: StepConfig = field(default_factory=StepConfig)


FlowSteps = Annotated[tuple[FlowStep, ...], Length(1, 20)]


def check_steps(steps: tuple[FlowStep, ...]) -> None:
    """Raise `Invalid` unless the steps are numbered 0 … n-1 in order."""
    if [item.step for item in steps] != list(range(len(steps))):
        raise Invalid.field("steps", "must be numbered from 0 without a gap, in order")


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow(Entity):
    """Steps that decide, on one symbol, with one wallet, within one risk policy."""

    id: FlowId
    user_id: UserId
    title: FlowTitle
    description: FlowDescription = ""
    steps: FlowSteps
    user_wallet_id: UserWalletId
    symbol: Symbol
    timeframe: Timeframe
    schedule: Schedule | None = None
    risk: Risk = field(default_factory=Risk)
    status: FlowStatus = FlowStatus.PAUSED
    last_run_at: datetime | None = None
    next_run_at: datetime | None = None

    def check(self) -> None:
        """Steps are numbered without a gap."""
        check_steps(self.steps)

    def activated(self) -> Self:
        """Running; raises `RuleViolated` unless paused."""
        return self._from(FlowStatus.PAUSED, FlowStatus.ACTIVE)

    def paused(self) -> Self:
        """Not running for now; raises `RuleViolated` unless active."""
        return self._from(FlowStatus.ACTIVE, FlowStatus.PAUSED)

    def stopped(self) -> Self:
        """Ended for good; raises `RuleViolated` if it is already."""
        self.require_not_stopped()
        return self.with_(status=FlowStatus.STOPPED)

    def require_active(self) -> None:
        """Raise `RuleViolated` unless the flow may run."""
        if self.status is not FlowStatus.ACTIVE:
            raise RuleViolated(f"The flow is {self.status}; activate it first.")

    def require_not_stopped(self) -> None:
        """Raise `RuleViolated` once the flow was stopped."""
        if self.status is FlowStatus.STOPPED:
            raise RuleViolated("The flow was stopped; that is final.")

    def _from(self, expected: FlowStatus, wanted: FlowStatus) -> Self:
        if self.status is not expected:
            raise RuleViolated(f"A flow that is {self.status} cannot become {wanted}.")
        return self.with_(status=wanted)
