"""How steps end, and runs with them."""

from dataclasses import dataclass

from moniqo.application.agents.ask import Answered
from moniqo.application.agents.step_context import StepContext
from moniqo.application.billing.quotas import Quotas, Reservation
from moniqo.application.shared.conflicts import settled
from moniqo.application.shared.persistence import Transaction, UnitOfWork
from moniqo.application.shared.system import Clock
from moniqo.domain.agents.events import RunFailed
from moniqo.domain.agents.run import FlowRun, RunStatus, StepRun, StepStatus
from moniqo.domain.shared.decimals import ZERO
from moniqo.domain.trading.events import OrderRefused

LONGEST_REASON = 1000


def answer_of(answered: Answered | None) -> dict[str, object]:
    """What a step keeps of its agent's answer, if it was asked."""
    if answered is None:
        return {}
    return {
        "raw_answer": answered.text,
        "decision": answered.decision,
        "cost": answered.cost,
    }


def failure_of(run: FlowRun) -> RunFailed:
    """What is told of a run that has failed."""
    reason = run.error or "unknown"
    return RunFailed(user_id=run.user_id, run_id=run.id, flow_id=run.flow_id, error=reason)


@dataclass(frozen=True, slots=True)
class StepOutcome:
    """End a step, settle what it cost, and end its run if it was the last one."""

    uow: UnitOfWork
    clock: Clock
    quotas: Quotas

    async def done(self, run: FlowRun, step: StepRun, refusal: str | None) -> FlowRun:
        """The step's orders are with their venue."""
        async with self.uow() as tx:
            now = self.clock.now()
            ended = step.moved(StepStatus.DONE, finished_at=now, refusal=refusal)
            return await tx[FlowRun].save(run.with_ended(ended, now))

    async def decided(
        self, context: StepContext, answered: Answered, refusal: str | None
    ) -> FlowRun:
        """The decision was to hold, or must not be carried out because of `refusal`."""

        async def record() -> FlowRun:
            async with self.uow() as tx:
                return await self.record_decided(tx, context, answered, refusal)

        return await settled(record)

    async def record_decided(
        self, tx: Transaction, context: StepContext, answered: Answered, refusal: str | None
    ) -> FlowRun:
        """The same, inside a transaction that the caller has open."""
        run, now = context.run, self.clock.now()
        await self.settle(tx, run, context.step, answered)
        if refusal is not None:
            tx.emit(
                OrderRefused(
                    user_id=run.user_id,
                    run_id=run.id,
                    flow_id=run.flow_id,
                    symbol=context.flow.symbol,
                    reason=refusal,
                )
            )
        ended = context.step.moved(
            StepStatus.DONE, finished_at=now, refusal=refusal, **answer_of(answered)
        )
        return await tx[FlowRun].save(run.with_ended(ended, now).costing(answered.cost))

    async def failed(
        self, run: FlowRun, step: StepRun, error: str, answered: Answered | None = None
    ) -> FlowRun:
        """The step cannot be done, and so the run has failed."""
        reason = error[:LONGEST_REASON]

        async def record() -> FlowRun:
            async with self.uow() as tx:
                await self.settle(tx, run, step, answered)
                return await self._record_failed(tx, run, step, reason, answered)

        return await settled(record)

    async def settle(
        self, tx: Transaction, run: FlowRun, step: StepRun, answered: Answered | None
    ) -> None:
        """Replace what was set aside for the step by what asking really cost, once."""
        if step.status is StepStatus.DECIDING and step.reserved_in is not None:
            reservation = Reservation(run.user_id, step.reserved_in, step.reserved)
            await self.quotas.settle(tx, reservation, actual=answered.cost if answered else ZERO)

    async def _record_failed(
        self, tx: Transaction, run: FlowRun, step: StepRun, reason: str, answered: Answered | None
    ) -> FlowRun:
        now = self.clock.now()
        if step.status is StepStatus.PENDING:
            step = step.moved(StepStatus.DECIDING, started_at=now)
        ended = step.moved(StepStatus.FAILED, finished_at=now, error=reason, **answer_of(answered))
        changed = (
            run.with_step(ended)
            .costing(answered.cost if answered else ZERO)
            .finished(RunStatus.FAILED, now, reason)
        )
        tx.emit(failure_of(changed))
        return await tx[FlowRun].save(changed)
