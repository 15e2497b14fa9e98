"""Everything that a step of a run looks at, read in one go."""

from dataclasses import dataclass
from datetime import datetime

from moniqo.application.shared.persistence import Transaction
from moniqo.application.shared.query import Listing, any_of, eq
from moniqo.domain.agents.agent import Agent
from moniqo.domain.agents.flow import Flow
from moniqo.domain.agents.prompt import Prompt
from moniqo.domain.agents.run import FlowRun, StepRun
from moniqo.domain.agents.snapshot import Answer, Holdings
from moniqo.domain.shared.decimals import ZERO
from moniqo.domain.shared.errors import NoLongerHeld, RuleViolated
from moniqo.domain.shared.ids import FlowRunId
from moniqo.domain.trading.market import Series
from moniqo.domain.trading.order import OPEN, Order, Side
from moniqo.domain.trading.trade import Trade, TradeStatus
from moniqo.domain.trading.wallet import UserWallet, Wallet

MOST_ORDERS = 100
"""Open orders of one flow that a step takes notice of."""


@dataclass(frozen=True, slots=True)
class StepContext:
    """A run, its current step, and what both refer to."""

    run: FlowRun
    step: StepRun
    flow: Flow
    agent: Agent
    prompt: Prompt
    account: UserWallet
    wallet: Wallet
    trade: Trade | None
    open_orders: tuple[Order, ...]

    @property
    def series(self) -> Series:
        """The candles that the flow is about."""
        return Series(self.wallet.market, self.flow.symbol, self.flow.timeframe)

    @property
    def bars(self) -> int:
        """How many candles the snapshot holds."""
        return self.step.config.candles or self.agent.lookback

    @property
    def exits(self) -> tuple[Order, ...]:
        """The open orders that reduce the flow's position."""
        return tuple(order for order in self.open_orders if order.side is Side.SELL)

    def after(self, run: FlowRun) -> "StepContext":
        """The same with the run, and the step, as they have been stored since."""
        return StepContext(
            run,
            run.steps[self.step.step],
            self.flow,
            self.agent,
            self.prompt,
            self.account,
            self.wallet,
            self.trade,
            self.open_orders,
        )

    def require_active(self) -> None:
        """Raise `RuleViolated` unless agent and wallet are there and in use."""
        if not self.agent.is_active:
            raise RuleViolated(f"The agent {self.agent.name} is not active.")
        self.account.require_active()
        if self.account.deleted_at is not None:
            raise RuleViolated("The wallet was removed.")

    @property
    def guards(self) -> tuple[Order, ...]:
        """The orders that protect the position."""
        return tuple(order for order in self.exits if order.protects is not None)

    def holdings(self, as_of: datetime) -> Holdings:
        """The account at this moment."""
        quote = self.flow.symbol.partition("/")[2]
        return Holdings(
            as_of=as_of,
            cash=self.account.balance(quote).free,
            position=self.trade.held if self.trade else ZERO,
            entry_price=self.trade.entry_price if self.trade else None,
            open_orders=len(self.open_orders),
        )

    def answers(self) -> tuple[Answer, ...]:
        """What the earlier steps of the run answered."""
        return tuple(
            Answer(item.step, item.raw_answer)
            for item in self.run.steps
            if item.step < self.step.step and item.raw_answer is not None
        )


async def load_context(tx: Transaction, run_id: FlowRunId, fence: int) -> StepContext:
    """Read the context; raises `NoLongerHeld` unless `fence` still holds the run."""
    run = await tx[FlowRun].get(run_id)
    run.require_fence(fence)
    step = run.current
    if step is None:
        raise NoLongerHeld("The run has no step left.")
    flow = await tx[Flow].get(run.flow_id, include_deleted=True)
    account = await tx[UserWallet].get(flow.user_wallet_id, include_deleted=True)
    belongs = (eq("user_wallet_id", account.id), eq("flow_id", flow.id), eq("symbol", flow.symbol))
    waiting = Listing(where=(*belongs, any_of("status", OPEN)), limit=MOST_ORDERS)
    orders = (await tx[Order].page(waiting)).items
    return StepContext(
        run=run,
        step=step,
        flow=flow,
        agent=await tx[Agent].get(step.agent_id, include_deleted=True),
        prompt=await tx[Prompt].get(step.prompt_id, include_deleted=True),
        account=account,
        wallet=await tx[Wallet].get(account.wallet_id, include_deleted=True),
        trade=await tx[Trade].first(*belongs, eq("status", TradeStatus.OPEN)),
        open_orders=orders,
    )
