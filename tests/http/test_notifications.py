"""What users are told, over HTTP."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest

from moniqo.application.shared.persistence import UnitOfWork
from moniqo.domain.notifications.notification import Notification
from moniqo.domain.shared.ids import NotificationId, UserId
from support.asgi import Client
from support.house import House, open_house
from support.store import CountingIds

PATH = "/api/v1/notifications"
SETTINGS = "/api/v1/users/me/settings"
PLANS = "/api/v1/plans"
MINE = "/api/v1/users/me/plans"


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with open_house() as opened:
        yield opened


@pytest.fixture
async def ada(house: House) -> Client:
    return await house.user("ada")


async def tell(house: House, client: Client, count: int) -> None:
    """So many notifications, the last one the newest."""
    ids = CountingIds()
    user_id = UserId(UUID((await client.get("/api/v1/users/me")).data["id"]))
    async with (await house.container.get(UnitOfWork))() as tx:
        for number in range(count):
            await tx[Notification].add(
                Notification(
                    id=NotificationId(ids.new()),
                    user_id=user_id,
                    kind=f"kind_{number % 2}",
                    title=f"Number {number}",
                )
            )


async def kinds(house: House, client: Client) -> list[str]:
    await house.quiet()
    return [item["kind"] for item in (await client.get(PATH)).data["items"]]


async def listed(client: Client, query: str = "") -> Any:
    reply = await client.get(f"{PATH}{query}")
    assert reply.status == 200, reply.json
    return reply.data


async def test_a_page_tells_how_many_are_unread(house: House, ada: Client) -> None:
    await house.quiet()
    before = (await listed(ada))["unread"]
    await tell(house, ada, 5)

    page = await listed(ada, "?limit=2&sort=-created_at")
    rest = await listed(ada, f"?limit=100&sort=-created_at&cursor={page['next_cursor']}")

    # Made within a millisecond, or the next: any two of the new ones.
    assert {item["title"][:7] for item in page["items"]} == {"Number "}
    assert (page["total"], page["limit"], page["offset"]) == (before + 5, 2, 0)
    assert (page["has_more"], page["unread"]) == (True, before + 5)
    assert (rest["total"], rest["has_more"], rest["unread"]) == (None, False, before + 5)
    assert len(rest["items"]) == before + 3


async def test_what_is_viewed_stays_so_and_can_be_asked_for(house: House, ada: Client) -> None:
    await tell(house, ada, 3)
    (one,) = [it["id"] for it in (await listed(ada))["items"] if it["title"] == "Number 0"]

    first = await ada.put(f"{PATH}/{one}/view", {})
    again = await ada.send("PUT", f"{PATH}/{one}/view")
    viewed = await listed(ada, "?is_viewed=true")
    unread = await listed(ada, "?is_viewed=false&kind=kind_1")

    assert first.data["is_viewed"] is True
    assert first.data["viewed_at"]
    assert (again.status, again.data) == (200, first.data)
    assert [item["id"] for item in viewed["items"]] == [one]
    assert {item["title"] for item in unread["items"]} == {"Number 1"}


async def test_all_are_viewed_at_once_however_many(house: House, ada: Client) -> None:
    await house.quiet()
    await tell(house, ada, 450)
    count = (await listed(ada))["unread"]

    answers = [(await ada.send("PUT", f"{PATH}/view-all")).data for _ in range(2)]

    assert answers == [{"viewed": count}, {"viewed": 0}]
    assert (await listed(ada))["unread"] == 0
    assert count >= 450


async def test_one_is_deleted_for_good(house: House, ada: Client) -> None:
    await house.quiet()
    await tell(house, ada, 2)
    page = await listed(ada)
    one = page["items"][0]["id"]

    removed = await ada.delete(f"{PATH}/{one}")

    after = await listed(ada)
    assert (removed.status, removed.data) == (200, None)
    assert (after["total"], after["unread"]) == (page["total"] - 1, page["unread"] - 1)
    assert (await ada.delete(f"{PATH}/{one}")).status == 404
    assert (await ada.put(f"{PATH}/{one}/view", {})).status == 404


async def test_nobody_sees_or_touches_anothers(house: House, ada: Client) -> None:
    await tell(house, ada, 2)
    bob = await house.user("bob")
    one = (await listed(ada))["items"][0]["id"]
    before = await listed(ada)

    answers = [
        (await bob.put(f"{PATH}/{one}/view", {})).status,
        (await bob.delete(f"{PATH}/{one}")).status,
    ]
    await bob.send("PUT", f"{PATH}/view-all")

    assert answers == [404, 404]
    assert one not in [item["id"] for item in (await listed(bob))["items"]]
    assert await listed(ada) == before


async def test_what_happens_to_a_subscription_is_told(house: House, ada: Client) -> None:
    plans = {plan["name"]: plan["id"] for plan in (await ada.get(PLANS)).data["items"]}

    chosen = await ada.post(MINE, {"plan_id": plans["Pro"]})
    await ada.delete(f"{MINE}/{chosen.data['id']}")

    told = await kinds(house, ada)
    titles = [item["title"] for item in (await listed(ada))["items"]]
    assert told.count("subscription_changed") == 2
    assert {"You are on the plan Pro", "You have left the plan Pro"} <= set(titles)


async def test_a_limit_is_told_of_once(house: House, ada: Client) -> None:
    agent = {"provider": "builtin", "model_id": "x", "config": {"strategy": "ma_cross"}}
    for number in range(3):
        made = await ada.post("/api/v1/agents", agent | {"name": f"agent {number}"})
        if made.status == 201:
            await ada.delete(f"/api/v1/agents/{made.data['id']}")

    told = await kinds(house, ada)

    assert told.count("limit_reached") == 1
    (notice,) = [it for it in (await listed(ada))["items"] if it["kind"] == "limit_reached"]
    assert (notice["title"], notice["data"]) == (
        "Limit reached: agents",
        {"resource": "agents", "limit": "1"},
    )


async def test_who_wants_no_notifications_gets_none(house: House, ada: Client) -> None:
    await house.quiet()
    before = (await listed(ada))["total"]
    plans = {plan["name"]: plan["id"] for plan in (await ada.get(PLANS)).data["items"]}
    await ada.patch(SETTINGS, {"notifications_enabled": False})

    await ada.post(MINE, {"plan_id": plans["Pro"]})
    await house.quiet()
    silent = (await listed(ada))["total"]
    await ada.patch(SETTINGS, {"notifications_enabled": True})
    await ada.post(MINE, {"plan_id": plans["Enterprise"]})
    await house.quiet()

    assert (silent, (await listed(ada))["total"]) == (before, before + 1)


async def test_settings_are_read_changed_and_replaced(ada: Client) -> None:
    first = await ada.get(SETTINGS)
    preferences = {"columns": ["a", "b"], "depth": {"zoom": 1.5, "$where": None, "": "x.y"}}

    changed = await ada.patch(SETTINGS, {"preferences": preferences, "theme": "dark"})
    kept = await ada.patch(SETTINGS, {"email_notifications": False})
    replaced = await ada.put(SETTINGS, {"theme": "dark"})

    assert {name: first.data[name] for name in NAMES} == DEFAULTS
    assert changed.data["preferences"] == kept.data["preferences"] == preferences
    assert (kept.data["theme"], kept.data["email_notifications"]) == ("dark", False)
    assert {name: replaced.data[name] for name in NAMES} == DEFAULTS | {"theme": "dark"}
    assert (await ada.get(SETTINGS)).data == replaced.data


DEFAULTS = {
    "preferences": {},
    "notifications_enabled": True,
    "email_notifications": True,
    "theme": "light",
}
NAMES = tuple(DEFAULTS)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"theme": "blue"}, "theme"),
        ({"notifications_enabled": 1}, "notifications_enabled"),
        ({"preferences": ["a"]}, "preferences"),
        ({"preferences": {"x": "y" * 16_384}}, "preferences"),
        ({"preferences": {"x": "é" * 8_200}}, "preferences"),
        ({"user_id": "019bd6a2-7c00-7000-8000-00000000ffff"}, "user_id"),
    ],
)
async def test_what_is_wrong_with_settings_is_named(
    ada: Client, wrong: dict[str, Any], field: str
) -> None:
    before = (await ada.get(SETTINGS)).data

    answers = [await ada.put(SETTINGS, wrong), await ada.patch(SETTINGS, wrong)]

    assert [(reply.status, list(reply.faults)) for reply in answers] == [(422, [field])] * 2
    assert (await ada.get(SETTINGS)).data == before


async def test_sixteen_kibibytes_of_preferences_fit(ada: Client) -> None:
    most = {"x": "é" * ((16_384 - len('{"x":""}')) // 2)}

    assert (await ada.put(SETTINGS, {"preferences": most})).data["preferences"] == most
