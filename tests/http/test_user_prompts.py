"""Prompts of one's own over HTTP."""

from collections.abc import AsyncIterator

import pytest

from support.asgi import Client
from support.house import House, open_house

PATH = "/api/v1/users/me/prompts"
TEMPLATE = {"title": "Trend", "description": "Daily.", "prompt": "Up or down?"}


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with open_house() as opened:
        yield opened


@pytest.fixture
async def ada(house: House) -> Client:
    return await house.user("ada")


async def test_a_prompt_is_made_from_a_template_changed_and_removed(
    house: House, ada: Client
) -> None:
    admin = await house.user("boss", "Admin")
    template = (await admin.post("/api/v1/prompts", TEMPLATE)).data

    made = await ada.post(PATH, {"prompt_id": template["id"], "title": "Mine"})
    one = f"{PATH}/{made.data['id']}"
    changed = await ada.patch(one, {"prompt": "Now?"})
    replaced = await ada.put(one, {"title": "Anew", "prompt": "And {{ symbol }}?"})
    listed = await ada.get(f"{PATH}?title=Anew")
    removed = await ada.delete(one)

    assert (made.status, made.json["message"]) == (201, "Prompt created.")
    assert {name: made.data[name] for name in ("prompt_id", *TEMPLATE)} == {
        **TEMPLATE,
        "prompt_id": template["id"],
        "title": "Mine",
    }
    assert (changed.data["title"], changed.data["prompt"]) == ("Mine", "Now?")
    assert (replaced.data["prompt_id"], replaced.data["description"]) == (None, "")
    assert listed.data["items"] == [replaced.data]
    assert (removed.status, (await ada.get(one)).status) == (200, 404)


async def test_every_field_at_fault_is_named(ada: Client) -> None:
    empty = await ada.post(PATH, {})
    unknown = await ada.post(PATH, {"title": "", "category": "trading"})

    assert (empty.status, set(empty.faults)) == (422, {"title", "prompt"})
    assert (unknown.status, set(unknown.faults)) == (422, {"title", "category"})


async def test_a_template_of_somebody_elses_is_told_as_absent(house: House, ada: Client) -> None:
    bob = await house.user("bob")
    his = (await bob.post("/api/v1/prompts", TEMPLATE)).data["id"]

    refused = await ada.post(PATH, {"prompt_id": his})

    assert (refused.status, set(refused.faults)) == (422, {"prompt_id"})
