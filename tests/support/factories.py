"""Stored entities for tests: sensible unless told otherwise, with what they refer to."""

from decimal import Decimal
from itertools import count
from typing import Any, Protocol, TypeVar
from uuid import UUID

from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.system import Ids
from moniqo.domain.agents.agent import Agent, Provider
from moniqo.domain.agents.flow import Flow, FlowStep
from moniqo.domain.agents.prompt import Prompt
from moniqo.domain.agents.run import FlowRun, StepRun
from moniqo.domain.identity.account import Account
from moniqo.domain.identity.credentials import Email, PasswordHash
from moniqo.domain.identity.role import Role
from moniqo.domain.identity.user import User
from moniqo.domain.shared.entity import Entity
from moniqo.domain.shared.ids import (
    AccountId,
    AgentId,
    CandleId,
    FlowId,
    FlowRunId,
    InstrumentId,
    OrderId,
    PromptId,
    RoleId,
    UserId,
    UserWalletId,
    WalletId,
)
from moniqo.domain.shared.types import JsonObject
from moniqo.domain.trading.market import Candle, Instrument, Timeframe
from moniqo.domain.trading.order import Order, OrderType, Side
from moniqo.domain.trading.wallet import UserWallet, Wallet, WalletType
from support.clock import SettableClock

E = TypeVar("E", bound=Entity)
_numbers = count(1)


class World(Protocol):
    """Where entities are stored, and what names them."""

    @property
    def uow(self) -> UnitOfWork: ...

    @property
    def ids(self) -> Ids: ...


async def stored(world: World, entity: E) -> E:
    """The entity as stored."""
    async with world.uow() as tx:
        return await tx[type(entity)].add(entity)


async def registered_user(world: World, **fields: Any) -> User:
    """A user with an account and a role of their own."""
    number = next(_numbers)
    account = Account(
        id=AccountId(world.ids.new()),
        email=Email(f"user{number}-{world.ids.new()}@example.com"),
        password_hash=PasswordHash("a hash"),
        is_verified=True,
        password_changed_at=SettableClock().now(),
    )
    role = Role(id=RoleId(world.ids.new()), name=f"Role {account.id}")
    user = {
        "id": UserId(world.ids.new()),
        "account_id": account.id,
        "first_name": "Ada",
        "last_name": "Lovelace",
        "role_id": role.id,
    }
    await stored(world, account)
    await stored(world, role)
    return await stored(world, User(**user | fields))


async def an_agent(world: World, owner_id: UUID | None, **fields: Any) -> Agent:
    """A built-in agent; without an owner everybody's."""
    agent = {
        "id": AgentId(world.ids.new()),
        "owner_id": owner_id,
        "name": "Crosser",
        "provider": Provider.BUILTIN,
        "model_id": "ma_cross",
        "config": JsonObject({"strategy": "ma_cross"}),
    }
    return await stored(world, Agent(**agent | fields))


async def a_prompt(world: World, owner_id: UUID | None, **fields: Any) -> Prompt:
    """A prompt; without an owner everybody's."""
    prompt = {
        "id": PromptId(world.ids.new()),
        "owner_id": owner_id,
        "title": "What now?",
        "prompt": "What about {{ symbol }}?",
    }
    return await stored(world, Prompt(**prompt | fields))


async def a_catalogue_wallet(world: World, **fields: Any) -> Wallet:
    """A paper venue with 10,000 USDT to start with."""
    number = next(_numbers)
    wallet = {
        "id": WalletId(world.ids.new()),
        "name": f"Paper {number}",
        "type": WalletType.CEX,
        "provider": "paper",
        "config": JsonObject({"market": "binance", "starting_balances": {"USDT": "10000"}}),
    }
    return await stored(world, Wallet(**wallet | fields))


async def a_wallet(world: World, user_id: UUID, **fields: Any) -> UserWallet:
    """A user's account at a venue of its own."""
    account = {"id": UserWalletId(world.ids.new()), "user_id": user_id, "label": "Mine"}
    if "wallet_id" not in fields:
        account["wallet_id"] = (await a_catalogue_wallet(world)).id
    return await stored(world, UserWallet(**account | fields))


async def a_flow(world: World, user_id: UUID, **fields: Any) -> Flow:
    """A paused flow of one step, with an agent, a prompt and a wallet of the user's."""
    flow = {
        "id": FlowId(world.ids.new()),
        "user_id": user_id,
        "title": "Morning",
        "symbol": "BTC/USDT",
        "timeframe": Timeframe.H1,
    }
    if "steps" not in fields:
        agent, prompt = await an_agent(world, user_id), await a_prompt(world, user_id)
        flow["steps"] = (FlowStep(0, prompt.id, agent.id),)
    if "user_wallet_id" not in fields:
        flow["user_wallet_id"] = (await a_wallet(world, user_id)).id
    return await stored(world, Flow(**flow | fields))


async def a_run(world: World, flow: Flow, **fields: Any) -> FlowRun:
    """A queued run of the flow."""
    run = {
        "id": FlowRunId(world.ids.new()),
        "flow_id": flow.id,
        "user_id": flow.user_id,
        "steps": tuple(StepRun(it.step, it.agent_id, it.prompt_id, it.config) for it in flow.steps),
    }
    return await stored(world, FlowRun(**run | fields))


async def an_order(world: World, account: UserWallet, **fields: Any) -> Order:
    """A market order that is not sent yet."""
    order_id = OrderId(world.ids.new())
    order = {
        "id": order_id,
        "user_id": account.user_id,
        "user_wallet_id": account.id,
        "client_order_id": order_id.hex,
        "exchange": "binance",
        "symbol": "BTC/USDT",
        "timeframe": Timeframe.H1,
        "side": Side.BUY,
        "type": OrderType.MARKET,
        "quantity": Decimal("0.5"),
        "placed_at": SettableClock().now(),
    }
    return await stored(world, Order(**order | fields))


async def an_instrument(world: World, **fields: Any) -> Instrument:
    """BTC/USDT on Binance."""
    instrument = {
        "id": InstrumentId(world.ids.new()),
        "exchange": "binance",
        "symbol": "BTC/USDT",
        "base": "BTC",
        "quote": "USDT",
        "tick_size": Decimal("0.01"),
        "lot_size": Decimal("0.000001"),
    }
    return await stored(world, Instrument(**instrument | fields))


async def a_candle(world: World, **fields: Any) -> Candle:
    """An hour in which nothing moved."""
    candle = {
        "id": CandleId(world.ids.new()),
        "exchange": "binance",
        "symbol": "BTC/USDT",
        "timeframe": Timeframe.H1,
        "opened_at": SettableClock().now(),
        "volume": Decimal(10),
    }
    prices = dict.fromkeys(("open", "high", "low", "close"), Decimal(100))
    return await stored(world, Candle(**candle | prices | fields))
