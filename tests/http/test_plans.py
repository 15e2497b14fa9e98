"""Plans and subscriptions over HTTP."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from support.asgi import Client
from support.house import House, open_house

PLANS = "/api/v1/plans"
MINE = "/api/v1/users/me/plans"
TEAM: dict[str, Any] = {
    "name": "Team",
    "price": "99.900",
    "limits": [{"resource": "agents", "title": "Agents", "value": 50}],
}


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with open_house() as opened:
        yield opened


@pytest.fixture
async def admin(house: House) -> Client:
    return await house.user("boss", "Admin")


async def test_a_plan_is_made_changed_replaced_and_deleted(house: House, admin: Client) -> None:
    made = await admin.post(PLANS, TEAM)
    one = f"{PLANS}/{made.data['id']}"
    changed = await admin.patch(one, {"price": 120, "features": [{"resource": "x", "title": "X"}]})
    replaced = await admin.put(one, {"name": "Squad", "price": "5"})
    seen = await house.client.get(one)
    removed = await admin.delete(one)

    assert (made.status, made.data["price"], made.data["currency"]) == (201, "99.9", "USD")
    assert (changed.data["price"], changed.data["limits"]) == ("120", made.data["limits"])
    assert seen.data == replaced.data
    assert (seen.data["name"], seen.data["limits"], seen.data["features"]) == ("Squad", [], [])
    assert (removed.status, (await house.client.get(one)).status) == (200, 404)


async def test_plans_that_were_taken_off_are_shown_to_who_may_delete_them(
    house: House, admin: Client
) -> None:
    made = (await admin.post(PLANS, TEAM)).data["id"]
    await admin.delete(f"{PLANS}/{made}")
    ada = await house.user("ada")
    everything = f"{PLANS}?include_deleted=true"

    shown = (await admin.get(everything)).data["items"]
    refused = [await who.get(everything) for who in (ada, house.client, ada.signed_in("forged"))]
    plain = await house.client.get(f"{PLANS}?include_deleted=false")

    assert made in [plan["id"] for plan in shown]
    assert [(reply.status, reply.code) for reply in refused] == [
        (403, "PERMISSION_DENIED"),
        (401, "UNAUTHENTICATED"),
        (401, "UNAUTHENTICATED"),
    ]
    for listed in (plain, await admin.get(PLANS), await house.client.get(PLANS)):
        assert made not in [plan["id"] for plan in listed.data["items"]]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"price": "-1"}, "price"),
        ({"price": "NaN"}, "price"),
        ({"price": "1.0000000000000000001"}, "price"),
        ({"currency": "euro"}, "currency"),
        ({"is_default": True}, "is_default"),
        ({"limits": [{"resource": "yachts", "title": "Yachts"}]}, "limits.0.resource"),
        ({"limits": [{"resource": "flows", "title": "x", "value": "1.5"}]}, "limits.0.value"),
        ({"limits": [{"resource": "flows", "title": "x", "value": -2}]}, "limits.0.value"),
        ({"limits": 2 * TEAM["limits"]}, "limits"),
    ],
)
async def test_what_is_wrong_with_a_plan_is_named(
    admin: Client, wrong: dict[str, Any], field: str
) -> None:
    made = await admin.post(PLANS, TEAM | wrong)

    assert (made.status, list(made.faults)) == (422, [field])


async def test_what_is_in_use_stays(house: House, admin: Client) -> None:
    ada = await house.user("ada")
    plans = {plan["name"]: plan["id"] for plan in (await ada.get(PLANS)).data["items"]}
    await ada.post(MINE, {"plan_id": plans["Pro"]})

    answers = [
        await admin.delete(f"{PLANS}/{plans['Pro']}"),
        await admin.patch(f"{PLANS}/{plans['Pro']}", {"name": "Gold"}),
        await admin.delete(f"{PLANS}/{plans['Free']}"),
        await admin.patch(f"{PLANS}/{plans['Free']}", {"name": "Trial"}),
    ]
    taken = await admin.post(PLANS, TEAM | {"name": "Pro"})

    assert [(reply.status, reply.code) for reply in answers] == [(409, "INVALID_STATE")] * 4
    assert (taken.status, taken.code) == (409, "CONFLICT")


async def test_a_subscription_is_chosen_ended_and_remembered(house: House) -> None:
    ada = await house.user("ada")
    plans = {plan["name"]: plan["id"] for plan in (await ada.get(PLANS)).data["items"]}

    chosen = await ada.post(MINE, {"plan_id": plans["Pro"], "end_date": "2999-01-01T00:00:00Z"})
    one = f"{MINE}/{chosen.data['id']}"
    refused = [await ada.put(one, {"status": status}) for status in ("active", "expired")]
    ended = await ada.put(one, {"status": "cancelled"})
    again = await ada.delete(one)
    history = (await ada.get(MINE)).data["items"]

    assert chosen.status == 201
    assert [reply.status for reply in refused] == [409, 409]
    assert (ended.status, ended.data["status"]) == (200, "cancelled")
    assert (again.status, again.code) == (409, "INVALID_STATE")
    assert [(item["plan_id"], item["status"]) for item in history] == [
        (plans["Free"], "active"),
        (plans["Pro"], "cancelled"),
        (plans["Free"], "cancelled"),
    ]
