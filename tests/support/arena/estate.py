"""Somebody with one of everything that a user can have, to be kept from everybody else."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.query import eq
from moniqo.domain.operations.task import Task
from moniqo.domain.shared.ids import CandleId, InstrumentId
from moniqo.domain.trading.market import Candle, Instrument, Timeframe
from support.arena.arena import Arena
from support.arena.caller import Caller
from support.arena.routes import Route, routes
from support.store import CountingIds
from support.uploads import FORM_TYPE, upload

SYMBOL = "BTC/USDT"
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
CLOSES = [*("100" for _ in range(27)), "99", "98", "97", "110", "120", "130", "130", "130"]
DECIDED_AT = "2026-01-02T07:00:00Z"
"""The close of the bar at which the fast average has crossed the slow one."""
AGENT = {
    "name": "Crossing",
    "provider": "builtin",
    "model_id": "ma_cross",
    "config": {"strategy": "ma_cross", "fast": 2, "slow": 4, "fraction": "0.5"},
}
SECONDS = 30


@dataclass(frozen=True, slots=True)
class Estate:
    """`ids` has an id of the owner's for every name that stands in a path or ends in `_id`."""

    owner: Caller
    ids: dict[str, str]

    def path(self, route: Route) -> str:
        """The route's path to what is the owner's."""
        return route.template.format_map(self.ids)


def routes_with_ids() -> list[Route]:
    """Every route whose path names something."""
    return [route for route in routes() if "{" in route.template]


async def estate_of(arena: Arena, owner: Caller) -> Estate:
    """Everything made over the API, as users do."""
    await _market(arena)
    ids = {"user_id": owner.id}
    ids |= {
        name: (await owner.get(path)).data["items"][0]["id"]
        for name, path in {
            "wallet_id": "/wallets",
            "plan_id": "/plans",
            "subscription_id": "/users/me/plans",
            "session_id": "/auth/sessions",
        }.items()
    }
    ids |= {
        name: (await arena.superadmin.get(path)).data["items"][0]["id"]
        for name, path in {"role_id": "/roles", "permission_id": "/permissions"}.items()
    }
    form = {FORM_TYPE[0].decode(): FORM_TYPE[1].decode()}
    sent = await owner.send("POST", "/files", body=upload(), headers=_titled(form))
    ids["file_id"] = sent.data["id"]
    await _make(owner, ids)
    await _trade(owner, ids)
    done = await arena.operator.stored(Task, eq("owner_id", UUID(owner.id)))
    ids["task_id"] = str(done[0].id)
    return Estate(owner, ids)


def _titled(headers: dict[str, str]) -> dict[str, str]:
    return {name.title(): value for name, value in headers.items()}


async def _make(owner: Caller, ids: dict[str, str]) -> None:
    async def made(name: str, path: str, payload: object) -> None:
        ids[name] = (await owner.post(path, payload)).data["id"]

    account = {"wallet_id": ids["wallet_id"], "label": "Practice"}
    await made("agent_id", "/agents", AGENT)
    await made("prompt_id", "/prompts", {"title": "Trend", "prompt": "{{ symbol }}?"})
    await made("user_prompt_id", "/users/me/prompts", {"title": "Now", "prompt": "Now?"})
    await made("user_wallet_id", "/users/me/wallets", account)
    await made("flow_id", "/users/me/flows", flow(ids))


def flow(ids: dict[str, str]) -> dict[str, Any]:
    """A flow of parts with these ids."""
    return {
        "title": "Trend",
        "steps": [{"step": 0, "prompt_id": ids["prompt_id"], "agent_id": ids["agent_id"]}],
        "user_wallet_id": ids["user_wallet_id"],
        "symbol": SYMBOL,
        "timeframe": "1h",
    }


async def _trade(owner: Caller, ids: dict[str, str]) -> None:
    path = f"/users/me/flows/{ids['flow_id']}"
    await owner.post(f"{path}/activate")
    ids["run_id"] = (await owner.post(f"{path}/runs", {"as_of": DECIDED_AT})).data["id"]
    span = {"from": "2026-01-01T00:00:00Z", "to": "2026-01-02T10:00:00Z"}
    ids["backtest_id"] = (await owner.post(f"{path}/backtests", span)).data["id"]
    await until(lambda: _is_over(owner, f"/users/me/runs/{ids['run_id']}"))
    await until(lambda: _is_over(owner, f"/users/me/backtests/{ids['backtest_id']}"))
    for name, place in {
        "trade_id": "/users/me/trades",
        "notification_id": "/notifications",
        "audit_log_id": "/users/me/audit-logs",
    }.items():
        ids[name] = await until(lambda place=place: _first(owner, place))  # type: ignore[misc]


async def _is_over(owner: Caller, path: str) -> bool:
    status = (await owner.get(path)).data["status"]
    assert status in {"queued", "running", "succeeded"}, (path, status)
    return bool(status == "succeeded")


async def _first(owner: Caller, path: str) -> str:
    items = (await owner.get(path)).data["items"]
    return str(items[0]["id"]) if items else ""


async def until(question: Callable[[], Awaitable[Any]]) -> Any:
    """Ask until the answer is yes, and answer it; a failed test after a while."""
    for _ in range(SECONDS * 10):
        if found := await question():
            return found
        await asyncio.sleep(0.1)
    raise AssertionError(f"not so after {SECONDS} s")


async def _market(arena: Arena) -> None:
    """An instrument and its candles, once in a store."""
    if await arena.operator.count(Instrument):
        return
    ids, hour = CountingIds(), timedelta(hours=1)
    instrument = Instrument(
        id=InstrumentId(ids.new()),
        exchange="binance",
        symbol=SYMBOL,
        base="BTC",
        quote="USDT",
        tick_size=Decimal("0.01"),
        lot_size=Decimal("0.000001"),
    )
    prices = ("open", "high", "low", "close")
    candles = [
        Candle(
            id=CandleId(ids.new()),
            exchange="binance",
            symbol=SYMBOL,
            timeframe=Timeframe.H1,
            opened_at=BEGAN + at * hour,
            **dict.fromkeys(prices, Decimal(close)),
            volume=Decimal(1),
        )
        for at, close in enumerate(CLOSES)
    ]
    async with (await arena.operator.container.get(UnitOfWork))() as tx:
        await tx[Instrument].add(instrument)
        await tx[Candle].add_many(candles)
