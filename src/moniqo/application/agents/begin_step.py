"""The beginning of a step: snapshot fixed, question worded, worst cost set aside."""

from dataclasses import dataclass
from decimal import Decimal

from moniqo.application.agents.ports import LanguageModel, PromptRenderer, Question
from moniqo.application.agents.step_context import StepContext
from moniqo.application.billing.quotas import Quotas
from moniqo.application.shared.conflicts import settled
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.system import Clock
from moniqo.application.trading.ports import MarketData
from moniqo.domain.agents.run import FlowRun, StepStatus
from moniqo.domain.agents.snapshot import Holdings, Snapshot
from moniqo.domain.billing.plan import Resource
from moniqo.domain.shared.errors import QuotaExceeded, RuleViolated
from moniqo.domain.shared.ids import UserId


@dataclass(frozen=True, slots=True)
class BeginStep:
    """Bring a step from `pending` to `deciding`, or word the question of one that is there."""

    uow: UnitOfWork
    clock: Clock
    market: MarketData
    renderer: PromptRenderer
    model: LanguageModel
    quotas: Quotas

    async def __call__(self, context: StepContext) -> tuple[FlowRun, Question]:
        """The run as stored, and the question that its step asks.

        Raises `RuleViolated` if agent or wallet is out of use, if there are no candles, or if
        a resumed step's snapshot can no longer be made as it was; `QuotaExceeded` if the
        budget does not cover the worst cost.
        """
        if context.step.status is StepStatus.DECIDING:
            return context.run, await self._resumed(context)
        context.require_active()
        as_of = context.run.as_of or self.clock.now()
        snapshot = await self._snapshot(context, context.holdings(as_of))
        prompt = self.renderer.render(context.prompt.prompt, snapshot)
        question = Question(context.agent, prompt, snapshot)
        # An answer that cannot be parsed is asked for once more.
        cost = 2 * self.model.worst_cost(question)
        try:
            return await settled(lambda: self._record(context, question, cost)), question
        except QuotaExceeded:
            await settled(lambda: self._tell(context.run.user_id))
            raise

    async def _record(self, context: StepContext, question: Question, cost: Decimal) -> FlowRun:
        digest = question.snapshot.digest()
        async with self.uow() as tx:
            period = None
            if cost:
                user_id = context.run.user_id
                reservation = await self.quotas.reserve(tx, user_id=user_id, amount=cost)
                period = reservation.period_start
            step = context.step.moved(
                StepStatus.DECIDING,
                started_at=self.clock.now(),
                input_digest=digest,
                holdings=question.snapshot.holdings,
                prompt=question.prompt,
                reserved=cost,
                reserved_in=period,
            )
            return await tx[FlowRun].save(context.run.with_step(step, snapshot_digest=digest))

    async def _tell(self, user_id: UserId) -> None:
        async with self.uow() as tx:
            await self.quotas.tell(tx, user_id=user_id, resource=Resource.LLM_COST_PER_MONTH)

    async def _resumed(self, context: StepContext) -> Question:
        step = context.step
        if step.holdings is None or step.prompt is None:
            raise RuleViolated("The step began without a snapshot.")
        snapshot = await self._snapshot(context, step.holdings)
        if snapshot.digest() != step.input_digest:
            raise RuleViolated("The step's snapshot can no longer be made as it was.")
        return Question(context.agent, step.prompt, snapshot)

    async def _snapshot(self, context: StepContext, holdings: Holdings) -> Snapshot:
        candles = await self.market.history(
            context.series, until=holdings.as_of, limit=context.bars
        )
        if not candles:
            raise RuleViolated(
                f"There are no {context.flow.timeframe} candles of {context.flow.symbol} "
                f"on {context.series.exchange} up to {holdings.as_of:%Y-%m-%d %H:%M} UTC."
            )
        flow = context.flow
        return Snapshot(flow.symbol, flow.timeframe, tuple(candles), holdings, context.answers())
