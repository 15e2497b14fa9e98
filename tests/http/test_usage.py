"""What a plan allows and what is used of it, over HTTP."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from support.asgi import Client
from support.house import House, house_settings, open_house

USAGE = "/api/v1/users/me/usage"
PLANS = "/api/v1/plans"
MINE = "/api/v1/users/me/plans"
AGENT = {
    "name": "cross",
    "provider": "builtin",
    "model_id": "ma_cross",
    "config": {"strategy": "ma_cross"},
}


@pytest.fixture
async def house() -> AsyncIterator[House]:
    """One whose plan Free allows five calls a day."""
    plain = house_settings()
    limits = replace(plain.limits, free_api_calls_per_day=5)
    async with open_house(replace(plain, limits=limits)) as opened:
        yield opened


@pytest.fixture
async def ada(house: House) -> Client:
    return await house.user("ada")


async def usage(client: Client) -> dict[str, Any]:
    reply = await client.get(USAGE)
    assert reply.status == 200, reply.json
    return {item["resource"]: item for item in reply.data["items"]}


async def upgrade(client: Client, name: str = "Pro") -> None:
    plans = {plan["name"]: plan["id"] for plan in (await client.get(PLANS)).data["items"]}
    assert (await client.post(MINE, {"plan_id": plans[name]})).status == 201


async def test_each_limit_of_the_plan_is_told_with_what_is_used(ada: Client) -> None:
    await ada.post("/api/v1/agents", AGENT)

    reply = await ada.get(USAGE)
    items = await usage(ada)

    assert reply.data["plan"] == "Free"
    assert {name: (item["used"], item["limit"]) for name, item in items.items()} == {
        "agents": ("1", "1"),
        "flows": ("0", "2"),
        "api_calls_per_day": ("1", "5"),
        "runs_per_day": ("0", "20"),
        "trades_per_day": ("0", "10"),
        "llm_cost_per_month": ("0", "1"),
    }
    assert items["agents"]["resets_at"] is None
    assert items["runs_per_day"]["resets_at"].endswith("T00:00:00.000Z")
    assert items["llm_cost_per_month"]["resets_at"].endswith("-01T00:00:00.000Z")


async def test_past_the_limit_calls_are_refused_until_another_plan_holds(ada: Client) -> None:
    replies = [await ada.get("/api/v1/users/me") for _ in range(6)]
    message = replies[-1].json["message"]
    await upgrade(ada)
    after = await ada.get("/api/v1/users/me")

    assert [reply.status for reply in replies] == [200] * 5 + [402]
    assert replies[-1].code == "QUOTA_EXCEEDED"
    assert message == "The plan allows 5 api_calls_per_day, 5 are used."
    assert after.status == 200
    assert (await usage(ada))["api_calls_per_day"]["used"] == "6"


async def test_a_way_out_costs_nothing(house: House, ada: Client) -> None:
    free = [(await house.client.get(path)).status for path in (PLANS, "/health", "/openapi.json")]
    for _ in range(10):
        free += [(await ada.get(path)).status for path in (PLANS, MINE, USAGE, "/health/live")]
    free.append((await ada.post("/api/v1/auth/logout")).status)

    ada = await house.signed_in("ada")
    assert set(free) == {200}
    assert (await usage(ada))["api_calls_per_day"]["used"] == "0"


async def test_whatever_is_answered_counts_and_strangers_do_not(ada: Client) -> None:
    replies = [
        await ada.get("/api/v1/users/me"),
        await ada.post(PLANS, {}),
        await ada.post("/api/v1/agents", {}),
        await ada.send("HEAD", "/api/v1/agents"),
        await ada.signed_in("forged").get("/api/v1/users/me"),
    ]

    assert [reply.status for reply in replies] == [200, 403, 422, 200, 401]
    assert (await usage(ada))["api_calls_per_day"]["used"] == "3"


async def test_everybody_has_a_count_of_their_own(house: House, ada: Client) -> None:
    for _ in range(6):
        await ada.get("/api/v1/users/me")
    bob = await house.user("bob")

    assert (await bob.get("/api/v1/users/me")).status == 200
    assert (await (await house.signed_in("ada")).get("/api/v1/users/me")).status == 402


async def test_an_unlimited_plan_says_so(ada: Client) -> None:
    await upgrade(ada, "Enterprise")
    for _ in range(8):
        assert (await ada.get("/api/v1/users/me")).status == 200

    items = await usage(ada)

    assert {item["limit"] for item in items.values()} == {"-1"}
    assert items["api_calls_per_day"]["used"] == "8"
