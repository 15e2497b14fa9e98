"""From sign-up to the last trade, by the use cases that everybody else uses."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from secrets import token_urlsafe

from dishka import AsyncContainer

from moniqo.adapters.persistence.backend import Backend
from moniqo.application.agents.activate_flow import ActivateFlow
from moniqo.application.agents.agent_drafts import AgentDraft
from moniqo.application.agents.agent_views import AgentView
from moniqo.application.agents.create_agent import CreateAgent
from moniqo.application.agents.create_flow import CreateFlow
from moniqo.application.agents.create_prompt import CreatePrompt
from moniqo.application.agents.flow_drafts import FlowDraft
from moniqo.application.agents.prompt_drafts import PromptDraft
from moniqo.application.agents.start_backtest import BacktestRequest
from moniqo.application.billing.list_plans import ListPlans
from moniqo.application.billing.subscribe_plan import PlanChoice, SubscribePlan
from moniqo.application.identity.register_user import RegisterUser
from moniqo.application.identity.registration import Registration
from moniqo.application.shared.access import Browse
from moniqo.application.shared.query import Listing, eq
from moniqo.application.shared.seed_system import SeedSystem
from moniqo.application.trading.connect_wallet import ConnectWallet
from moniqo.application.trading.import_candles import ImportCandles, ImportReport
from moniqo.application.trading.seed_paper_wallet import NAME as PAPER_WALLET
from moniqo.application.trading.user_wallet_drafts import UserWalletDraft
from moniqo.domain.agents.agent import Provider
from moniqo.domain.agents.backtest import Backtest
from moniqo.domain.agents.flow import Flow, FlowStep
from moniqo.domain.billing.plan import Plan
from moniqo.domain.identity.credentials import Password
from moniqo.domain.shared.ids import PromptId, UserId, UserWalletId
from moniqo.domain.shared.types import JsonObject
from moniqo.domain.trading.market import Series
from moniqo.domain.trading.wallet import Wallet
from moniqo.entrypoints.cli.readiness import bring_up
from moniqo.entrypoints.cli.replaying import outcome_of
from moniqo.entrypoints.cli.watching import Watch

MARKET = "binance"
"""The exchange by whose candles the paper wallet of the first start trades."""
PLAN = "Pro"
STRATEGY = {"strategy": "ma_cross", "fast": 10, "slow": 20, "fraction": "0.95"}
PROMPT = "Decide on {{ symbol }} at {{ now }}: you hold {{ position }} and {{ cash }} in cash."
BALANCE, FEE_RATE = Decimal(10_000), Decimal("0.001")


@dataclass(frozen=True, slots=True)
class Story:
    """What was made on the way."""

    plan: Plan
    agent: AgentView
    flow: Flow
    imported: ImportReport
    backtest: Backtest


async def play(container: AsyncContainer, series: Series, file: str, watch: Watch) -> Story:
    """Walk the whole path on an empty store."""
    await bring_up(await container.get(Backend))
    await (await container.get(SeedSystem))()
    user_id = await _registered(container)
    plan = await _subscribed(container, user_id)
    agent, prompt_id = await _agent_and_prompt(container, user_id)
    wallet_id = await _connected(container, user_id)
    draft = FlowDraft(
        title=f"{agent.name} on {series.symbol}",
        steps=(FlowStep(0, prompt_id, agent.id),),
        user_wallet_id=wallet_id,
        symbol=series.symbol,
        timeframe=series.timeframe,
    )
    flow = await (await container.get(CreateFlow))(user_id=user_id, draft=draft)
    flow = await (await container.get(ActivateFlow))(user_id=user_id, flow_id=flow.id)
    imported = await (await container.get(ImportCandles))(location=file, series=series)
    watch.expect(imported.read)
    end = imported.last + timedelta(milliseconds=1)
    request = BacktestRequest(imported.first, end, BALANCE, FEE_RATE)
    return Story(plan, agent, flow, imported, await outcome_of(container, flow, request))


async def _registered(container: AsyncContainer) -> UserId:
    registration = Registration(
        email="demo@example.com",
        password=Password(f"{token_urlsafe(16)}aA1!"),
        first_name="Demo",
        last_name="User",
    )
    return (await (await container.get(RegisterUser))(registration=registration)).id


async def _subscribed(container: AsyncContainer, user_id: UserId) -> Plan:
    wanted = Listing(where=(eq("name", PLAN),), limit=1)
    plan: Plan = (await (await container.get(ListPlans))(listing=wanted)).items[0]
    await (await container.get(SubscribePlan))(user_id=user_id, choice=PlanChoice(plan.id))
    return plan


async def _agent_and_prompt(
    container: AsyncContainer, user_id: UserId
) -> tuple[AgentView, PromptId]:
    agent = AgentDraft(
        name="Moving-average cross",
        provider=Provider.BUILTIN,
        model_id="builtin",
        config=JsonObject(STRATEGY),
    )
    prompt = PromptDraft(title="What now?", prompt=PROMPT)
    made = await (await container.get(CreateAgent))(user_id=user_id, draft=agent)
    worded = await (await container.get(CreatePrompt))(user_id=user_id, draft=prompt)
    return made, worded.id


async def _connected(container: AsyncContainer, user_id: UserId) -> UserWalletId:
    wanted = Listing(where=(eq("name", PAPER_WALLET),), limit=1)
    browse = await container.get(Browse[Wallet])
    catalogue = (await browse(user_id=user_id, listing=wanted)).items[0]
    draft = UserWalletDraft(wallet_id=catalogue.id, label="Play money")
    connected = await (await container.get(ConnectWallet))(user_id=user_id, draft=draft)
    return UserWalletId(connected.id)
