"""From wallet to trade over HTTP, on the whole application in memory."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from moniqo.application.agents.fire_schedules import FireSchedules
from moniqo.application.agents.start_backtest import RUN_BACKTEST
from moniqo.application.agents.start_run import RUN_FLOW
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.query import Listing, eq
from moniqo.application.shared.tasks import WORK
from moniqo.domain.agents.backtest import Backtest, BacktestStatus
from moniqo.domain.agents.flow import Flow
from moniqo.domain.agents.run import (
    BEGUN_TOO_OFTEN,
    MOST_ATTEMPTS,
    FlowRun,
    RunStatus,
    StepStatus,
)
from moniqo.domain.operations.task import Task, TaskStatus
from support.asgi import JSON_TYPE, Client, Reply
from support.described import body_of, described_routes
from support.house import MIDNIGHT, House, open_house

ME = "/api/v1/users/me"
NOBODYS = "019bd6a2-7c00-7000-8000-00000000ffff"
CLOSES = [*("100" for _ in range(27)), "99", "98", "97", "110", "120", "130", "130", "130"]
DECIDED_AT = "2026-01-02T07:00:00Z"
"""The close of the bar at which the fast average has crossed the slow one."""


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with open_house() as opened:
        await opened.candles(CLOSES)
        yield opened


@dataclass(frozen=True, slots=True)
class Desk:
    """Somebody with everything that a run needs."""

    client: Client
    ids: dict[str, str]

    def path(self, template: str) -> str:
        return template.format(**self.ids)

    async def get(self, template: str) -> Any:
        reply = await self.client.get(self.path(template))
        assert reply.status == 200, reply.json
        return reply.data


async def made(client: Client, path: str, payload: dict[str, Any]) -> str:
    reply = await client.post(path, payload)
    assert reply.status in (201, 202), reply.json
    found: str = reply.data["id"]
    return found


def agent(**changes: Any) -> dict[str, Any]:
    config = {"strategy": "ma_cross", "fast": 2, "slow": 4, "fraction": "0.5"}
    fields = {"name": "cross", "provider": "builtin", "model_id": "ma_cross", "config": config}
    return fields | changes


async def desk_of(house: House, name: str = "ada") -> Desk:
    client = await house.user(name)
    (paper,) = (await client.get("/api/v1/wallets")).data["items"]
    ids = {
        "wallet_id": paper["id"],
        "agent_id": await made(client, "/api/v1/agents", agent()),
        "prompt_id": await made(
            client, "/api/v1/prompts", {"title": "t", "prompt": "{{ symbol }}?"}
        ),
        "user_prompt_id": await made(client, f"{ME}/prompts", {"title": "t", "prompt": "Now?"}),
        "user_wallet_id": await made(
            client, f"{ME}/wallets", {"wallet_id": paper["id"], "label": "practice"}
        ),
    }
    ids["flow_id"] = await made(
        client,
        f"{ME}/flows",
        {
            "title": "trend",
            "steps": [{"step": 0, "prompt_id": ids["prompt_id"], "agent_id": ids["agent_id"]}],
            "user_wallet_id": ids["user_wallet_id"],
            "symbol": "BTC/USDT",
            "timeframe": "1h",
        },
    )
    return Desk(client, ids)


@pytest.fixture
async def desk(house: House) -> Desk:
    return await desk_of(house)


async def ran(house: House, desk: Desk, as_of: str = DECIDED_AT) -> Any:
    """An active flow run to its end."""
    await desk.client.post(desk.path(f"{ME}/flows/{{flow_id}}/activate"))
    started = await desk.client.post(desk.path(f"{ME}/flows/{{flow_id}}/runs"), {"as_of": as_of})
    assert started.status == 202, started.json
    await house.quiet()
    desk.ids["run_id"] = started.data["id"]
    return await desk.get(f"{ME}/runs/{{run_id}}")


async def test_a_run_decides_buys_and_its_trade_is_closed_by_hand(house: House, desk: Desk) -> None:
    run = await ran(house, desk)
    (trade,) = (await desk.get(f"{ME}/trades"))["items"]
    closed = await desk.client.post(f"{ME}/trades/{trade['id']}/close")

    (step,) = run["steps"]
    assert (run["status"], step["decision"]["action"]) == ("succeeded", "buy")
    assert step["prompt"] == "BTC/USDT?"
    assert trade["symbol"] == "BTC/USDT"
    assert trade["status"] == "open"
    assert closed.status == 200
    assert not {"lease_owner", "lease_until", "fence"} & set(run)


async def test_a_flow_runs_by_its_schedule(house: House, desk: Desk) -> None:
    flow = desk.path(f"{ME}/flows/{{flow_id}}")
    await desk.client.patch(flow, {"schedule": "*/5 * * * *"})
    await desk.client.post(f"{flow}/activate")
    async with (await house.container.get(UnitOfWork))() as tx:
        stored = await tx[Flow].get(UUID(desk.ids["flow_id"]))
        await tx[Flow].save(stored.with_(next_run_at=MIDNIGHT))

    await (await house.container.get(FireSchedules))()
    await house.quiet()

    (run,) = (await desk.get(f"{flow}/runs"))["items"]
    assert run["trigger"] == "schedule"
    assert run["status"] in ("succeeded", "failed")
    assert (await desk.get(flow))["next_run_at"] > run["created_at"]


async def test_what_kills_whoever_executes_it_ends_as_failed(house: House, desk: Desk) -> None:
    run_id = (await ran(house, desk))["id"]
    backtest_id = await backtested(house, desk)
    async with (await house.container.get(UnitOfWork))() as tx:
        run = await tx[FlowRun].get(UUID(run_id))
        begun = (run.steps[0].with_(status=StepStatus.DECIDING, finished_at=None),)
        await tx[FlowRun].save(
            run.with_(status=RunStatus.RUNNING, steps=begun, fence=MOST_ATTEMPTS, finished_at=None)
        )
        backtest = await tx[Backtest].get(UUID(backtest_id))
        await tx[Backtest].save(backtest.with_(status=BacktestStatus.RUNNING, finished_at=None))
        for task in (await tx[Task].page(Listing(limit=100))).items:
            if task.kind in (RUN_FLOW, RUN_BACKTEST):
                again = task.with_(status=TaskStatus.FAILED, attempts=0).retried(MIDNIGHT)
                await tx[Task].save(again.with_(attempts=MOST_ATTEMPTS))
        tx.ring(WORK)

    await house.quiet()

    run_now = await desk.get(f"{ME}/runs/{run_id}")
    backtest_now = await desk.get(f"{ME}/backtests/{backtest_id}")
    assert [(it["status"], it["error"]) for it in (run_now, backtest_now)] == [
        ("failed", BEGUN_TOO_OFTEN)
    ] * 2
    assert (await desk.client.delete(desk.path(f"{ME}/flows/{{flow_id}}"))).status == 200


async def backtested(house: House, desk: Desk) -> str:
    started = await made(
        desk.client,
        desk.path(f"{ME}/flows/{{flow_id}}/backtests"),
        {"from": "2026-01-01T00:00:00Z", "to": "2026-01-03T00:00:00Z"},
    )
    await house.quiet()
    return started


async def test_a_run_may_be_asked_for_without_a_body(house: House, desk: Desk) -> None:
    await desk.client.post(desk.path(f"{ME}/flows/{{flow_id}}/activate"))

    started = await desk.client.post(desk.path(f"{ME}/flows/{{flow_id}}/runs"))
    await house.quiet()

    runs = await desk.get(f"{ME}/flows/{{flow_id}}/runs?trigger=manual")
    assert started.status == 202
    assert [run["id"] for run in runs["items"]] == [started.data["id"]]


async def test_a_flow_goes_from_paused_to_active_and_ends_stopped(desk: Desk) -> None:
    path = desk.path(f"{ME}/flows/{{flow_id}}")

    states = [
        (await desk.client.post(f"{path}/{step}")).json
        for step in ("activate", "activate", "pause", "stop", "activate")
    ]

    assert [(state["status_code"], (state["data"] or {}).get("status")) for state in states] == [
        (200, "active"),
        (409, None),
        (200, "paused"),
        (200, "stopped"),
        (409, None),
    ]


@pytest.mark.parametrize("step", ["activate", "pause", "stop", "runs", "backtests"])
async def test_what_is_asked_of_an_older_version_of_a_flow_is_not_done(
    house: House, desk: Desk, step: str
) -> None:
    path = desk.path(f"{ME}/flows/{{flow_id}}")
    tag = (await desk.client.get(path)).header("etag") or ""
    await desk.client.post(f"{path}/activate")
    seen = (path, f"{path}/runs", f"{ME}/backtests")
    before = [await desk.get(place) for place in seen]
    bodies = {"backtests": body_of("POST /api/v1/users/me/flows/{flow_id}/backtests")}

    headers = (JSON_TYPE, (b"if-match", tag.encode()))
    reply = await desk.client.send(
        "POST", f"{path}/{step}", body=bodies.get(step, b""), headers=headers
    )
    await house.quiet()

    assert (reply.status, reply.code) == (412, "PRECONDITION_FAILED")
    assert [await desk.get(place) for place in seen] == before


async def test_a_trade_is_closed_at_the_version_that_was_seen(house: House, desk: Desk) -> None:
    await ran(house, desk)
    (trade,) = (await desk.get(f"{ME}/trades"))["items"]
    path = f"{ME}/trades/{trade['id']}"
    tag = (await desk.client.get(path)).header("etag") or ""
    other = tag.replace(f'"v{trade["version"]}-', f'"v{trade["version"] + 1}-')

    refused = await desk.client.post(f"{path}/close", headers=((b"if-match", other.encode()),))
    untouched = await desk.get(path)
    closed = await desk.client.post(f"{path}/close", headers=((b"if-match", tag.encode()),))

    assert (refused.status, closed.status) == (412, 200)
    assert untouched == trade


async def test_a_backtest_replays_the_flow(house: House, desk: Desk) -> None:
    started = await desk.client.post(
        desk.path(f"{ME}/flows/{{flow_id}}/backtests"),
        {"from": "2026-01-01T00:00:00Z", "to": "2026-01-03T00:00:00Z", "starting_balance": 1e3},
    )
    await house.quiet()

    backtest = (await desk.client.get(f"{ME}/backtests/{started.data['id']}")).data
    listed = await desk.get(f"{ME}/backtests?flow_id={{flow_id}}")
    assert (started.status, started.data["status"]) == (202, "queued")
    assert (backtest["status"], backtest["starting_balance"]) == ("succeeded", "1000")
    assert (backtest["from"], backtest["to"]) == (
        "2026-01-01T00:00:00.000Z",
        "2026-01-03T00:00:00.000Z",
    )
    heavy = {"equity_curve", "trades", "open_trade"}
    assert set(backtest) >= heavy
    # `user_id` says nothing to the one user who may read it.
    light = {name: backtest[name] for name in set(backtest) - heavy - {"user_id"}}
    assert listed["items"] == [light]


async def test_what_is_absent_is_told_in_words(desk: Desk) -> None:
    reply = await desk.client.get(f"{ME}/wallets/{NOBODYS}")

    assert (reply.status, reply.json["error"]["message"]) == (404, "User wallet not found.")


async def test_credentials_go_in_and_never_come_out(desk: Desk) -> None:
    wallet = await desk.client.patch(
        desk.path(f"{ME}/wallets/{{user_wallet_id}}"),
        {"credentials": {"api": "canary-one", "passphrase": "canary-two"}},
    )
    keeper = await desk.client.patch(
        desk.path("/api/v1/agents/{agent_id}"), {"credentials": "canary-three"}
    )
    lists = [await desk.client.get(f"{ME}/wallets"), await desk.client.get("/api/v1/agents")]

    assert wallet.data["has_credentials"] is True
    assert keeper.data["has_credentials"] is True
    assert b"canary" not in b"".join(reply.body for reply in (wallet, keeper, *lists))


@pytest.mark.parametrize(
    ("path", "replacement", "shown"),
    [
        ("/api/v1/agents/{agent_id}", agent(name="slow"), {"name": "slow"}),
        (
            "/api/v1/prompts/{prompt_id}",
            {"title": "new", "prompt": "Now?", "category": "analysis"},
            {"title": "new", "category": "analysis", "description": ""},
        ),
        (
            ME + "/flows/{flow_id}",
            {
                "title": "renamed",
                "steps": [{"step": 0, "prompt_id": "{prompt_id}", "agent_id": "{agent_id}"}],
                "user_wallet_id": "{user_wallet_id}",
                "symbol": "BTC/USDT",
                "timeframe": "1h",
                "risk": {"max_fraction": "0.10"},
            },
            {"title": "renamed"},
        ),
        (
            ME + "/wallets/{user_wallet_id}",
            {"wallet_id": "{wallet_id}", "label": "renamed"},
            {"label": "renamed"},
        ),
    ],
)
async def test_what_one_owns_is_replaced(
    desk: Desk, path: str, replacement: dict[str, Any], shown: dict[str, Any]
) -> None:
    payload = filled(replacement, desk.ids)

    replaced = await desk.client.put(desk.path(path), payload)

    assert replaced.status == 200, replaced.json
    assert {key: replaced.data[key] for key in shown} == shown
    assert (await desk.get(path))["version"] == replaced.data["version"]


def filled(tree: Any, ids: dict[str, str]) -> Any:
    if isinstance(tree, dict):
        return {key: filled(value, ids) for key, value in tree.items()}
    if isinstance(tree, list):
        return [filled(value, ids) for value in tree]
    return tree.format(**ids) if isinstance(tree, str) and tree.startswith("{") else tree


async def test_what_is_in_use_stays_until_its_user_is_gone(desk: Desk) -> None:
    in_use = [
        await desk.client.delete(desk.path(path))
        for path in (
            "/api/v1/agents/{agent_id}",
            "/api/v1/prompts/{prompt_id}",
            ME + "/wallets/{user_wallet_id}",
        )
    ]
    flow = await desk.client.delete(desk.path(ME + "/flows/{flow_id}"))
    free = [
        await desk.client.delete(desk.path(path))
        for path in (
            "/api/v1/agents/{agent_id}",
            "/api/v1/prompts/{prompt_id}",
            ME + "/wallets/{user_wallet_id}",
        )
    ]

    assert [reply.status for reply in in_use] == [409, 409, 409]
    assert [reply.status for reply in (flow, *free)] == [200, 200, 200, 200]
    assert (await desk.client.get(desk.path(ME + "/flows/{flow_id}"))).status == 404


async def test_a_prompt_that_is_no_template_is_told_its_line(desk: Desk) -> None:
    reply = await desk.client.post("/api/v1/prompts", {"title": "t", "prompt": "a\n{{ broken"})

    assert (reply.status, set(reply.faults)) == (422, {"prompt"})
    assert "2" in reply.faults["prompt"]


async def test_a_plan_that_is_used_up_is_told_so(desk: Desk) -> None:
    reply = await desk.client.post("/api/v1/agents", agent(name="one too many"))

    assert (reply.status, reply.code) == (402, "QUOTA_EXCEEDED")


async def test_what_an_administrator_makes_is_shared(house: House, desk: Desk) -> None:
    admin = await house.user("boss", "Admin")
    shared = await made(admin, "/api/v1/agents", agent(name="shared"))

    seen = await desk.client.get(f"/api/v1/agents/{shared}")
    changed = await desk.client.patch(f"/api/v1/agents/{shared}", {"name": "mine"})

    assert seen.data["owner_id"] is None
    assert changed.status == 404
    assert (await admin.patch(f"/api/v1/agents/{shared}", {"name": "ours"})).status == 200


async def test_the_market_is_read_by_instant(desk: Desk) -> None:
    candles = await desk.get(
        "/api/v1/market/candles?exchange=binance&symbol=BTC/USDT&timeframe=1h"
        "&from=2026-01-02T05:00:00Z&to=2026-01-02T08:00:00%2B00:00"
    )
    instruments = await desk.get("/api/v1/market/instruments?base=BTC")

    assert [candle["close"] for candle in candles["items"]] == ["97", "110", "120"]
    assert instruments["total"] == 1


async def test_a_flow_cannot_be_made_of_what_is_somebody_elses(house: House, desk: Desk) -> None:
    bob = await desk_of(house, "bob")
    stolen = {
        "title": "theft",
        "steps": [{"step": 0, "prompt_id": "{prompt_id}", "agent_id": "{agent_id}"}],
        "user_wallet_id": "{user_wallet_id}",
        "symbol": "BTC/USDT",
        "timeframe": "1h",
    }

    reply = await bob.client.post(f"{ME}/flows", filled(stolen, desk.ids))

    assert reply.status in (402, 404, 422)
    assert (await bob.get(f"{ME}/flows"))["total"] == 1


async def test_nothing_of_one_user_can_be_touched_by_another(house: House, desk: Desk) -> None:
    await ran(house, desk)
    (trade,) = (await desk.get(f"{ME}/trades"))["items"]
    started = await desk.client.post(
        desk.path(f"{ME}/flows/{{flow_id}}/backtests"),
        {"from": "2026-01-01T00:00:00Z", "to": "2026-01-03T00:00:00Z"},
    )
    await house.quiet()
    (active,) = (await desk.get(f"{ME}/plans"))["items"]
    notifications = (await desk.get("/api/v1/notifications"))["items"]
    sessions = (await desk.get("/api/v1/auth/sessions"))["items"]
    (task,) = await house.all(Task, eq("kind", RUN_BACKTEST))
    ids = desk.ids | {
        "task_id": str(task.id),
        "session_id": sessions[0]["id"],
        "notification_id": notifications[0]["id"],
        "trade_id": trade["id"],
        "backtest_id": started.data["id"],
        "subscription_id": active["id"],
    }
    before = await everything(desk.client, ids)
    bob = await house.user("bob")

    for route in routes_with_an_id():
        theirs, nobodys = [
            await attempt(bob, route, known) for known in (ids, dict.fromkeys(ids, NOBODYS))
        ]
        assert (route, theirs.status) == (route, 404)
        assert unsigned(theirs) == unsigned(nobodys)
    assert await everything(desk.client, ids) == before


def routes_with_an_id() -> list[str]:
    """Every route that names something which has an owner, files aside."""
    shared = (
        "plan_id",
        "wallet_id",
        "user_id",
        "role_id",
        "permission_id",
        "audit_log_id",
        "file_id",
    )
    return [
        route
        for route in described_routes()
        if "{" in route and not any(f"{{{name}" in route for name in shared)
    ]


async def attempt(client: Client, route: str, ids: dict[str, str]) -> Reply:
    method, template = route.split()
    body = body_of(route)
    return await client.send(
        method, template.format(**ids), body=body, headers=(JSON_TYPE,) if body else ()
    )


async def everything(client: Client, ids: dict[str, str]) -> list[Any]:
    """All that the owner sees of these."""
    reads = [route for route in routes_with_an_id() if route.startswith("GET")]
    return [(await attempt(client, route, ids)).data for route in reads]


def unsigned(reply: Reply) -> dict[str, Any]:
    """The answer without what differs from call to call."""
    return {k: v for k, v in reply.json.items() if k not in ("timestamp", "request_id")}
