"""The heart: one step of a run, from snapshot to booked fills, resumable at every point."""

from dataclasses import dataclass

from moniqo.application.agents.ask import Answered, Ask
from moniqo.application.agents.begin_step import BeginStep
from moniqo.application.agents.intend import Intend
from moniqo.application.agents.step_context import StepContext, load_context
from moniqo.application.agents.step_outcome import StepOutcome
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.system import Clock
from moniqo.application.trading.send_order import SendOrder
from moniqo.domain.agents.decision import Action, Decision
from moniqo.domain.agents.run import FlowRun, StepRun, StepStatus
from moniqo.domain.agents.snapshot import Snapshot
from moniqo.domain.shared.errors import AppError, NoLongerHeld, QuotaExceeded, StaleVersion
from moniqo.domain.shared.ids import FlowRunId


@dataclass(frozen=True, slots=True)
class ExecuteFlowStep:
    """Execute the current step of a run that is held by a fence.

    Every stage is committed before the next begins: what a step had begun is resumed by the
    next call, nothing is done twice. A step that cannot be done fails with its run; a decision
    that must not be carried out is recorded with the reason and the run goes on.
    """

    uow: UnitOfWork
    clock: Clock
    begin: BeginStep
    ask: Ask
    intend: Intend
    send_order: SendOrder
    outcome: StepOutcome

    async def __call__(self, *, run_id: FlowRunId, fence: int) -> FlowRun:
        """The run after the step; raises `NoLongerHeld` or `StaleVersion` if it was taken over."""
        try:
            return await self._execute(await self._load(run_id, fence))
        except (NoLongerHeld, StaleVersion):
            raise
        except AppError as problem:
            now = await self._load(run_id, fence)
            return await self.outcome.failed(now.run, now.step, problem.message)

    async def give_up(self, *, run_id: FlowRunId, fence: int, reason: str) -> FlowRun:
        """End a run that must go no further."""
        now = await self._load(run_id, fence)
        return await self.outcome.failed(now.run, now.step, reason)

    async def _load(self, run_id: FlowRunId, fence: int) -> StepContext:
        async with self.uow() as tx:
            return await load_context(tx, run_id, fence)

    async def _execute(self, context: StepContext) -> FlowRun:
        if context.step.status is StepStatus.ORDERING:
            return await self._send(context.run, context.step, fresh=False)
        run, question = await self.begin(context)
        context = context.after(run)
        answered = await self.ask(question)
        if answered.decision is None:
            reason = answered.error or "no answer"
            return await self.outcome.failed(run, context.step, reason, answered)
        return await self._carry_out(context, question.snapshot, answered, answered.decision)

    async def _carry_out(
        self, context: StepContext, snapshot: Snapshot, answered: Answered, decision: Decision
    ) -> FlowRun:
        refusal = self._objection(context, snapshot, decision)
        if decision.action is Action.HOLD or refusal is not None:
            return await self.outcome.decided(context, answered, refusal)
        try:
            run = await self.intend(context, snapshot, answered, decision)
        except QuotaExceeded as problem:
            return await self.outcome.decided(context, answered, problem.message)
        except (NoLongerHeld, StaleVersion):
            raise
        except AppError as problem:
            # What the agent answered has been paid for, and is kept.
            return await self.outcome.failed(context.run, context.step, problem.message, answered)
        return await self._send(run, run.steps[context.step.step], fresh=True)

    def _objection(
        self, context: StepContext, snapshot: Snapshot, decision: Decision
    ) -> str | None:
        """Why the decision must not be carried out, checked like a request from outside."""
        if decision.symbol != context.flow.symbol:
            return f"the flow trades {context.flow.symbol}, not {decision.symbol}"
        mismatch = decision.mismatch(snapshot.facts())
        if mismatch is not None:
            return mismatch
        now = context.run.as_of or self.clock.now()
        return context.flow.risk.refusal(decision, snapshot, now)

    async def _send(self, run: FlowRun, step: StepRun, *, fresh: bool) -> FlowRun:
        """Send the step's orders, if it has any to send, and end the step."""
        if step.is_final:
            return run
        refusal = None
        for order_id in step.order_ids:
            order = await self.send_order(order_id=order_id, fresh=fresh)
            refusal = refusal or order.refusal
        return await self.outcome.done(run, step, refusal)
