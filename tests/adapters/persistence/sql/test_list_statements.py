"""A list costs as many statements for many rows as for few, and reads no more than it shows."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlencode

import pytest
from dishka import Provider, Scope

from moniqo.adapters.persistence.backend import Backend
from moniqo.adapters.persistence.collections import REGISTRY
from moniqo.adapters.persistence.sql import open_sql
from moniqo.application.billing.api_calls import ApiCalls
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.seed_system import SeedSystem
from moniqo.domain.agents.backtest import Backtest, EquityPoint
from moniqo.domain.agents.flow import Flow
from moniqo.domain.agents.user_prompt import UserPrompt, UserPromptId
from moniqo.domain.billing.plan import Plan
from moniqo.domain.billing.subscription import Subscription, SubscriptionStatus
from moniqo.domain.files.file import File, FileId
from moniqo.domain.identity.role import Permission
from moniqo.domain.notifications.notification import Notification
from moniqo.domain.shared.entity import Entity
from moniqo.domain.shared.ids import (
    BacktestId,
    NotificationId,
    PermissionId,
    PlanId,
    SubscriptionId,
    TradeId,
    UserId,
)
from moniqo.domain.trading.order import Side
from moniqo.domain.trading.trade import Trade
from moniqo.entrypoints.container import build_container
from moniqo.entrypoints.http.app import create_app
from moniqo.entrypoints.settings import StorageBackend
from moniqo.entrypoints.settings.values import ConnectionUrl
from support import factories
from support.asgi import Client, served
from support.clock import SettableClock
from support.described import DOCUMENT
from support.house import House, house_settings
from support.store import CountingIds
from support.workshop import Uncounted

MOST = 8
"""Statements of the costliest list, the caller's own check among them."""
FIXED = {"/api/v1/wallets", "/api/v1/users/me/audit-logs"}
"""Lists to which nothing here adds."""
NOW = SettableClock().now()


@dataclass
class Statements:
    """See `SlowQueries`: to this one, everything is slow."""

    seconds: float = 0
    told: list[str] = field(default_factory=list)

    def took(self, statement: str, _: float) -> None:
        self.told.append(statement)


@dataclass(frozen=True, slots=True)
class World:
    """Where rows are made."""

    uow: UnitOfWork
    ids: CountingIds
    user_id: UserId


@asynccontextmanager
async def opened(path: Path, statements: Statements) -> AsyncIterator[House]:
    """The application on SQLite, every statement noted."""
    url = f"sqlite:///{path / 'moniqo.db'}"
    plain = house_settings()
    storage = replace(
        plain.storage, storage_backend=StorageBackend.SQLITE, database_url=ConnectionUrl(url)
    )
    settings = replace(plain, storage=storage)
    backend = open_sql(url, REGISTRY, slow=statements)  # type: ignore[arg-type]
    await backend.migrate()
    ours = Provider(scope=Scope.APP)
    ours.provide(lambda: backend, provides=Backend)
    ours.provide(Uncounted, provides=ApiCalls)
    container = build_container(settings, ours)
    async with served(create_app(container, settings)) as client:
        await (await container.get(SeedSystem))()
        yield House(container, client)
    await backend.close()


def rows(world: World, flow: Flow) -> list[Entity]:
    """One more of what hangs on a flow or on nothing."""
    ids, user_id = world.ids, world.user_id
    unique = f"x{ids.new().hex}"
    return [
        Trade(
            id=TradeId(ids.new()),
            user_id=user_id,
            user_wallet_id=flow.user_wallet_id,
            exchange="binance",
            symbol="BTC/USDT",
            timeframe=flow.timeframe,
            side=Side.BUY,
            entry_price=Decimal(1),
            quantity=Decimal(1),
            entry_value=Decimal(1),
            executed_at=NOW,
        ),
        Backtest(
            id=BacktestId(ids.new()),
            flow_id=flow.id,
            user_id=user_id,
            from_=NOW,
            to=NOW + timedelta(days=1),
            starting_balance=Decimal(1),
            fee_rate=Decimal(0),
            slippage=Decimal(0),
            equity_curve=(EquityPoint(NOW, Decimal(1)),),
        ),
        Notification(id=NotificationId(ids.new()), user_id=user_id, kind="k", title="t"),
        Permission(id=PermissionId(ids.new()), resource=unique, action="read"),
        File(
            id=FileId(ids.new()),
            owner_id=user_id,
            storage_key=unique,
            name="x.png",
            content_type="image/png",
            size=1,
            sha256="0" * 64,
        ),
        UserPrompt(id=UserPromptId(ids.new()), user_id=user_id, title="t", prompt="p"),
    ]


async def fill(house: House, world: World, first: Flow | None) -> Flow:
    """One more of everything that lists show; answers the first flow."""
    ids, user_id = world.ids, world.user_id
    flow = await factories.a_flow(world, user_id)
    first = first or flow
    await factories.a_run(world, first)
    base = f"C{ids.new().hex[:16].upper()}"
    await factories.an_instrument(world, base=base, symbol=f"{base}/USDT")
    await factories.a_candle(world, opened_at=NOW + timedelta(hours=ids.new().int >> 64 & 0xFFF))
    other = await factories.registered_user(world)
    plan = Plan(id=PlanId(ids.new()), name=ids.new().hex, price=Decimal(1))
    await factories.stored(world, plan)
    for entity in rows(world, first):
        await factories.stored(world, entity)
    for owner, status in ((other.id, "active"), (user_id, "cancelled")):
        subscription = Subscription(
            id=SubscriptionId(ids.new()),
            user_id=owner,
            plan_id=plan.id,
            status=SubscriptionStatus(status),
            start_date=NOW,
        )
        await factories.stored(world, subscription)
    await house.signed_in("ada")
    return first


def list_routes(flow: Flow) -> list[str]:
    """The path of every list."""
    needed = {"exchange": "binance", "symbol": "BTC/USDT", "timeframe": "1h"}
    found = []
    for path, methods in DOCUMENT["paths"].items():
        names = {item.get("name") for item in methods.get("get", {}).get("parameters", ())}
        if "limit" in names:
            query = {name: value for name, value in needed.items() if name in names}
            asked = urlencode({"limit": 100, **(query if "/candles" in path else {})})
            found.append(f"{path.format(flow_id=flow.id)}?{asked}")
    return found


async def costs(
    house: House, client: Client, statements: Statements, routes: list[str]
) -> dict[str, tuple[int, int]]:
    """How many items each list shows, and how many statements that took."""
    found = {}
    for route in routes:
        await house.quiet()
        statements.told.clear()
        reply = await client.get(route)
        assert reply.status == 200, (route, reply.json)
        found[route.partition("?")[0]] = (len(reply.data["items"]), len(statements.told))
    return found


@pytest.fixture
async def statements() -> Statements:
    return Statements()


@pytest.fixture
async def house(tmp_path: Path, statements: Statements) -> AsyncIterator[House]:
    async with opened(tmp_path, statements) as house:
        yield house


async def test_many_rows_cost_as_many_statements_as_few(
    house: House, statements: Statements
) -> None:
    user_id = await house.made("ada", "Superadmin")
    ada = await house.signed_in("ada")
    world = World(await house.container.get(UnitOfWork), CountingIds(), user_id)
    flow = await fill(house, world, None)
    routes = list_routes(flow)
    few = await costs(house, ada, statements, routes)

    for _ in range(4):
        await fill(house, world, flow)
    many = await costs(house, ada, statements, routes)

    assert len(routes) >= 18
    assert {route for route in few if many[route][0] <= few[route][0]} <= FIXED
    assert {route: count for route, (_, count) in many.items()} == {
        route: count for route, (_, count) in few.items()
    }
    assert max(count for _, count in many.values()) <= MOST


async def test_a_list_of_backtests_leaves_their_curves_and_trades_in_the_store(
    house: House, statements: Statements
) -> None:
    user_id = await house.made("ada")
    ada = await house.signed_in("ada")
    world = World(await house.container.get(UnitOfWork), CountingIds(), user_id)
    await fill(house, world, None)
    await house.quiet()

    statements.told.clear()
    listed = await ada.get("/api/v1/users/me/backtests")
    told = "".join(statements.told)
    one = await ada.get(f"/api/v1/users/me/backtests/{listed.data['items'][0]['id']}")

    assert "backtests.metrics" in told
    assert not [name for name in ("equity_curve", "trades", "open_trade") if name in told]
    assert len(one.data["equity_curve"]) == 1
