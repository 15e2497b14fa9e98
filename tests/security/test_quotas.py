"""Plans and quotas under races, over two processes; what is stored is what counts."""

import asyncio
from collections import Counter
from uuid import UUID

import pytest

from moniqo.application.shared.query import eq
from moniqo.domain.agents.agent import Agent
from moniqo.domain.billing.plan import Plan, Resource
from moniqo.domain.billing.subscription import Subscription, SubscriptionStatus
from moniqo.domain.billing.usage import Usage
from support.arena import Arena, Arenas, Caller

CALLS = 20
"""API calls a day of the plan Free, where that is what a test is about."""
AGENT = {
    "name": "cross",
    "provider": "builtin",
    "model_id": "ma_cross",
    "config": {"strategy": "ma_cross"},
}


async def usage(caller: Caller) -> dict[str, tuple[str, str]]:
    """Used and limit by resource, as the user is told."""
    items = (await caller.get("/users/me/usage")).data["items"]
    return {item["resource"]: (item["used"], item["limit"]) for item in items}


async def plans(caller: Caller) -> dict[str, str]:
    items = (await caller.get("/plans", params={"limit": 100})).data["items"]
    return {plan["name"]: plan["id"] for plan in items}


async def test_s93_of_fifty_creations_with_one_unit_left_one_is_made(race_arena: Arena) -> None:
    ada = await race_arena.person()

    replies = await race_arena.at_once(50, lambda n: ada.on(n).post("/agents", AGENT))

    outcomes = Counter(reply.outcome for reply in replies)
    assert outcomes == {(201, ""): 1, (402, "QUOTA_EXCEEDED"): 49}
    rows = await race_arena.operator.count(Agent, eq("owner_id", UUID(ada.id)))
    assert rows == 1
    assert (await usage(ada))["agents"] == ("1", "1")


async def test_s93_a_creation_that_fails_gives_its_unit_back(race_arena: Arena) -> None:
    ada = await race_arena.person()
    flow = {
        "title": "none",
        "steps": [{"step": 0, "prompt_id": ada.id, "agent_id": ada.id}],
        "user_wallet_id": ada.id,
        "symbol": "BTC/USDT",
        "timeframe": "1h",
    }

    refused = await race_arena.at_once(10, lambda n: ada.on(n).post("/users/me/flows", flow))
    wrong = await ada.post("/agents", AGENT | {"config": {"strategy": "none"}})

    assert {reply.status for reply in (*refused, wrong)} == {422}
    used = await usage(ada)
    assert (used["flows"][0], used["agents"][0]) == ("0", "0")


async def test_s93_what_is_removed_while_others_are_made_leaves_an_exact_count(
    race_arena: Arena,
) -> None:
    ada = await race_arena.person()
    await ada.post("/users/me/plans", {"plan_id": (await plans(ada))["Pro"]})
    made = [(await ada.post("/agents", AGENT)).data["id"] for _ in range(8)]

    replies = await race_arena.at_once(
        20,
        lambda n: (
            ada.on(n).delete(f"/agents/{made[n // 2]}")
            if n % 2 and n // 2 < len(made)
            else ada.on(n).post("/agents", AGENT)
        ),
    )

    assert {reply.status for reply in replies} <= {200, 201, 402}
    rows = await race_arena.operator.count(Agent, eq("owner_id", UUID(ada.id)))
    assert (await usage(ada))["agents"] == (str(rows), "10")
    assert rows <= 10


async def test_s94_of_twenty_subscriptions_at_once_one_is_active(race_arena: Arena) -> None:
    ada = await race_arena.person()
    offered = await plans(ada)
    ids = [offered[name] for name in ("Free", "Pro", "Enterprise")]

    replies = await race_arena.at_once(
        20, lambda n: ada.on(n).post("/users/me/plans", {"plan_id": ids[n % 3]})
    )

    mine = eq("user_id", UUID(ada.id))
    active = await race_arena.operator.count(
        Subscription, mine, eq("status", SubscriptionStatus.ACTIVE)
    )
    assert {reply.status for reply in replies} == {201}
    assert active == 1
    assert await race_arena.operator.count(Subscription, mine) == 21


async def test_s94_cancel_and_subscribe_at_once_leave_one_active(race_arena: Arena) -> None:
    ada = await race_arena.person()
    pro = (await plans(ada))["Pro"]
    chosen = (await ada.post("/users/me/plans", {"plan_id": pro})).data["id"]

    await race_arena.at_once(
        20,
        lambda n: (
            ada.on(n).delete(f"/users/me/plans/{chosen}")
            if n % 2
            else ada.on(n).post("/users/me/plans", {"plan_id": pro})
        ),
    )

    active = await race_arena.operator.count(
        Subscription, eq("user_id", UUID(ada.id)), eq("status", SubscriptionStatus.ACTIVE)
    )
    assert active == 1


async def test_s94_a_plan_is_deleted_or_subscribed_to_and_never_both(race_arena: Arena) -> None:
    people = [await race_arena.person() for _ in range(3)]
    made = await race_arena.admin.post("/plans", {"name": f"Brief {people[0].id}", "price": "1"})
    plan_id = made.data["id"]

    replies = await race_arena.at_once(
        20,
        lambda n: (
            race_arena.admin.on(n).delete(f"/plans/{plan_id}")
            if n % 5 == 4
            else people[n % 3].on(n).post("/users/me/plans", {"plan_id": plan_id})
        ),
    )

    subscribed = await race_arena.operator.count(
        Subscription, eq("plan_id", UUID(plan_id)), eq("status", SubscriptionStatus.ACTIVE)
    )
    offered = await race_arena.operator.count(Plan, eq("id", UUID(plan_id)))
    assert {reply.status for reply in replies} <= {200, 201, 404, 409, 422}
    assert (offered == 0) is (subscribed == 0)


@pytest.mark.parametrize("backend", ["sqlite", "postgres", "mongo"])
async def test_api_calls_are_bounded_over_all_processes_and_survive_them(
    own_arena: Arenas, backend: str
) -> None:
    arena = await own_arena(backend, FREE_API_CALLS_PER_DAY=str(CALLS))
    ada = await arena.person()

    replies = await arena.at_once(60, lambda n: ada.on(n).get("/users/me"))
    await asyncio.sleep(1.5)
    later = [await ada.on(n).get("/users/me") for n in range(4)]
    for server in arena.servers:
        server.restart()
    after = [await ada.on(n).get("/users/me") for n in range(2)]

    passed = Counter(reply.status for reply in replies)[200]
    assert passed == CALLS
    assert {reply.outcome for reply in (*later, *after)} == {(402, "QUOTA_EXCEEDED")}
    where = (eq("user_id", UUID(ada.id)), eq("resource", Resource.API_CALLS_PER_DAY))
    assert (await arena.operator.one(Usage, *where)).used == CALLS
    assert (await usage(ada))["api_calls_per_day"] == (str(CALLS), str(CALLS))
    await ada.post("/users/me/plans", {"plan_id": (await plans(ada))["Pro"]})
    assert [(await ada.on(n).get("/users/me")).status for n in range(2)] == [200, 200]
