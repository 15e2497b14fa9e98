"""Flows, runs, steps and backtests: what may follow what."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from moniqo.domain.agents.backtest import Backtest, BacktestStatus
from moniqo.domain.agents.flow import Flow, FlowStatus, FlowStep
from moniqo.domain.agents.run import FlowRun, RunStatus, StepRun, StepStatus, Trigger, new_run
from moniqo.domain.shared.errors import Invalid, RuleViolated
from moniqo.domain.shared.ids import (
    AgentId,
    BacktestId,
    FlowId,
    FlowRunId,
    PromptId,
    UserId,
    UserWalletId,
)
from moniqo.domain.trading.market import Timeframe
from support.market import HOUR, START, at, new_id

LEASE = timedelta(minutes=5)


def steps(*numbers: int) -> tuple[FlowStep, ...]:
    return tuple(FlowStep(number, PromptId(new_id()), AgentId(new_id())) for number in numbers)


def flow(**fields: Any) -> Flow:
    values = {
        "id": FlowId(new_id()),
        "user_id": UserId(new_id()),
        "title": "Flow",
        "steps": steps(0, 1),
        "user_wallet_id": UserWalletId(new_id()),
        "symbol": "BTC/USDT",
        "timeframe": Timeframe.H1,
    }
    return Flow(**values | fields)


def run() -> FlowRun:
    return new_run(flow(), FlowRunId(new_id()), Trigger.MANUAL, None)


# Flows

FLOW_STEPS = {
    ("activated", FlowStatus.PAUSED): FlowStatus.ACTIVE,
    ("paused", FlowStatus.ACTIVE): FlowStatus.PAUSED,
    ("stopped", FlowStatus.PAUSED): FlowStatus.STOPPED,
    ("stopped", FlowStatus.ACTIVE): FlowStatus.STOPPED,
}


@pytest.mark.parametrize("status", FlowStatus)
@pytest.mark.parametrize("change", ["activated", "paused", "stopped"])
def test_a_flow_is_active_or_paused_until_it_is_stopped_for_good(
    status: FlowStatus, change: str
) -> None:
    before = flow(status=status)

    if (change, status) in FLOW_STEPS:
        assert getattr(before, change)().status is FLOW_STEPS[change, status]
    else:
        with pytest.raises(RuleViolated):
            getattr(before, change)()


def test_only_an_active_flow_runs() -> None:
    flow(status=FlowStatus.ACTIVE).require_active()

    with pytest.raises(RuleViolated, match="paused; activate it first"):
        flow().require_active()


@pytest.mark.parametrize("numbers", [(), (1,), (0, 2), (1, 0), (0, 0), tuple(range(21))])
def test_steps_are_numbered_from_0_without_a_gap_and_at_most_20(numbers: tuple[int, ...]) -> None:
    with pytest.raises(Invalid) as found:
        flow(steps=steps(*numbers) if max(numbers, default=0) < 20 else steps(*numbers[:20], 19))

    assert [fault.field for fault in found.value.faults] == ["steps"]


# Steps

STEP_STEPS = {
    StepStatus.PENDING: "deciding skipped",
    StepStatus.DECIDING: "ordering done failed",
    StepStatus.ORDERING: "done failed",
    StepStatus.DONE: "",
    StepStatus.FAILED: "",
    StepStatus.SKIPPED: "",
}


@pytest.mark.parametrize("before", StepStatus)
@pytest.mark.parametrize("after", StepStatus)
def test_a_step_goes_through_its_states_and_no_others(
    before: StepStatus, after: StepStatus
) -> None:
    step = run().steps[0].with_(status=before)

    assert step.is_final is (not STEP_STEPS[before])
    if after.value in STEP_STEPS[before].split():
        assert step.moved(after, error="why").error == "why"
    else:
        with pytest.raises(RuleViolated, match=f"{before} cannot become {after}"):
            step.moved(after)


# Runs


class RunLife(RuleBasedStateMachine):
    """Workers that come and go: never two that hold a run at once."""

    def __init__(self) -> None:
        super().__init__()
        self.run = run()
        self.now = START
        self.fences: list[int] = []

    @rule(minutes=st.integers(0, 7))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule()
    def somebody_claims(self) -> None:
        held = self.run.lease_until is not None and self.run.lease_until > self.now
        if self.run.is_final or held:
            with pytest.raises(RuleViolated):
                self.run.claimed("worker", self.now, LEASE)
            return
        self.run = self.run.claimed("worker", self.now, LEASE)
        self.fences.append(self.run.fence)

    @rule(status=st.sampled_from([StepStatus.DECIDING, StepStatus.DONE, StepStatus.FAILED]))
    def the_step_goes_on(self, status: StepStatus) -> None:
        step = self.run.current
        if self.run.is_final or step is None:
            return
        if status.value in STEP_STEPS[step.status].split():
            self.run = self.run.with_step(step.moved(status))

    @rule(status=st.sampled_from(RunStatus))
    def it_ends(self, status: RunStatus) -> None:
        ends = (RunStatus.SUCCEEDED, RunStatus.FAILED, RunStatus.CANCELLED)
        allowed = not self.run.is_final and status in ends
        if self.run.status is RunStatus.QUEUED and status is RunStatus.SUCCEEDED:
            allowed = False
        if allowed:
            self.run = self.run.finished(status, self.now, "because")
        elif status in ends or self.run.is_final:
            with pytest.raises(RuleViolated):
                self.run.finished(status, self.now)

    @invariant()
    def the_newest_fence_alone_holds(self) -> None:
        for fence in self.fences:
            holds = fence == self.run.fence and self.run.status is RunStatus.RUNNING
            if holds:
                self.run.require_fence(fence)
            else:
                with pytest.raises(RuleViolated):
                    self.run.require_fence(fence)
        assert self.fences == sorted(set(self.fences))

    @invariant()
    def nothing_of_an_ended_run_is_left_open(self) -> None:
        if self.run.is_final:
            assert self.run.current is None
            assert self.run.lease_until is None
            assert self.run.finished_at is not None


TestRunLife = RunLife.TestCase


def test_a_run_that_is_held_or_over_cannot_be_claimed() -> None:
    held = run().claimed("one", START, LEASE)

    with pytest.raises(RuleViolated, match="being executed already"):
        held.claimed("two", START, LEASE)
    with pytest.raises(RuleViolated, match="cancelled already"):
        held.finished(RunStatus.CANCELLED, START).claimed("two", at(1), LEASE)
    with pytest.raises(RuleViolated, match="queued cannot become succeeded"):
        run().finished(RunStatus.SUCCEEDED, START)


def test_only_the_newest_fence_of_a_running_run_may_write() -> None:
    held = run().claimed("one", START, LEASE)

    held.require_fence(1)

    for taken in (held.claimed("two", at(1), LEASE), held.finished(RunStatus.FAILED, START)):
        with pytest.raises(RuleViolated, match="no longer held"):
            taken.require_fence(1)


def test_the_current_step_is_the_first_that_is_not_over() -> None:
    begun = run()

    skipped = begun.with_step(begun.steps[0].moved(StepStatus.SKIPPED))

    assert (begun.current, skipped.current) == (begun.steps[0], begun.steps[1])


def test_a_run_begins_once_however_often_it_is_taken_over() -> None:
    first = run().claimed("one", START, LEASE)

    second = first.claimed("two", START + LEASE, LEASE)

    assert (second.started_at, second.lease_owner, second.fence) == (START, "two", 2)


def test_steps_that_did_not_begin_are_skipped_and_one_that_had_fails_with_the_run() -> None:
    begun = run().claimed("one", START, LEASE)
    begun = begun.with_step(begun.steps[0].moved(StepStatus.DECIDING))

    ended = begun.finished(RunStatus.CANCELLED, at(1))

    assert [step.status for step in ended.steps] == [StepStatus.FAILED, StepStatus.SKIPPED]
    assert ended.steps[0].error == "The run ended."


def test_steps_that_are_over_stay_as_they_ended() -> None:
    begun = run().claimed("one", START, LEASE)
    done = begun.steps[0].moved(StepStatus.DECIDING).moved(StepStatus.DONE)

    ended = begun.with_step(done).finished(RunStatus.FAILED, at(1), "no price")

    assert ended.steps[0] == done
    assert ended.error == "no price"


def test_a_run_succeeds_with_the_end_of_its_last_step() -> None:
    begun = run().claimed("one", START, LEASE)
    first, last = [step.moved(StepStatus.DECIDING).moved(StepStatus.DONE) for step in begun.steps]

    halfway = begun.with_ended(first, at(1))
    ended = halfway.with_ended(last, at(2))

    assert (halfway.status, halfway.current) == (RunStatus.RUNNING, begun.steps[1])
    assert (ended.status, ended.finished_at, ended.lease_until) == (
        RunStatus.SUCCEEDED,
        at(2),
        None,
    )
    with pytest.raises(RuleViolated, match="succeeded cannot become succeeded"):
        ended.with_ended(last, at(3))


def test_a_run_waits_for_approval_without_being_over() -> None:
    waiting = run().claimed("one", START, LEASE).with_(status=RunStatus.AWAITING_APPROVAL)

    assert not waiting.is_final
    assert waiting.claimed("two", at(1), LEASE).status is RunStatus.RUNNING


def test_costs_add_up() -> None:
    free = run()

    assert free.costing(Decimal(0)) is free
    assert free.costing(Decimal("0.1")).costing(Decimal("0.2")).cost == Decimal("0.3")


def test_a_run_is_of_the_flow_as_it_is_now() -> None:
    owner = flow()

    made = new_run(owner, FlowRunId(new_id()), Trigger.SCHEDULE, at(1))

    assert (made.flow_id, made.user_id, made.as_of) == (owner.id, owner.user_id, at(1))
    assert made.steps == tuple(
        StepRun(step.step, step.agent_id, step.prompt_id, step.config) for step in owner.steps
    )


# Backtests


def backtest(**fields: Any) -> Backtest:
    values = {
        "id": BacktestId(new_id()),
        "flow_id": FlowId(new_id()),
        "user_id": UserId(new_id()),
        "from_": START,
        "to": at(9),
        "starting_balance": Decimal(10000),
        "fee_rate": Decimal("0.001"),
        "slippage": Decimal(0),
    }
    return Backtest(**values | fields)


def test_a_backtest_spans_some_time() -> None:
    with pytest.raises(Invalid, match="to: must be after from"):
        backtest(to=START)


def test_a_backtest_that_is_held_or_over_is_not_begun_again() -> None:
    begun = backtest().begun(START, LEASE)

    assert (begun.status, begun.started_at) == (BacktestStatus.RUNNING, START)
    with pytest.raises(RuleViolated, match="being executed already"):
        begun.begun(START, LEASE)
    with pytest.raises(RuleViolated, match="failed already"):
        begun.failed("no candles", START).begun(at(1), LEASE)


def test_a_backtest_whose_process_died_is_begun_anew() -> None:
    begun = backtest().begun(START, LEASE).advanced(40, START + LEASE)

    again = begun.begun(START + LEASE, LEASE)

    assert (begun.progress, again.progress, again.started_at) == (40, 0, START + LEASE)


def test_a_failed_backtest_says_why() -> None:
    failed = backtest().failed("x" * 2000, at(1))

    assert (failed.status, failed.finished_at) == (BacktestStatus.FAILED, at(1))
    assert failed.error == "x" * 1000
    assert backtest().failed("", START + HOUR).error == "failed"
