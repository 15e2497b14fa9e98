"""The trail is read by who may, in full, and by everybody their own part; nobody writes to it."""

import json
from collections.abc import AsyncIterator

import pytest

from support.asgi import Client
from support.house import PASSWORD, House, open_house

LOGS, OWN = "/api/v1/audit-logs", "/api/v1/users/me/audit-logs"


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with open_house() as opened:
        yield opened


@pytest.fixture
async def moderator(house: House) -> Client:
    return await house.user("mod", "Moderator")


async def id_of(client: Client) -> str:
    return (await client.get("/api/v1/users/me")).data["id"]


async def found(client: Client, query: str = "", path: str = LOGS) -> list[dict[str, object]]:
    reply = await client.get(f"{path}?limit=500{query}")
    assert reply.status == 200, reply.json
    return reply.data["items"]


async def test_entries_are_chained_soon_after_what_they_tell(
    house: House, moderator: Client
) -> None:
    await house.quiet()

    items = await found(moderator, "&sort=seq")

    assert [item["seq"] for item in items] == list(range(1, len(items) + 1))
    assert [item["previous_hash"] for item in items[1:]] == [item["hash"] for item in items[:-1]]


async def test_an_entry_says_who_did_what_from_where(house: House, moderator: Client) -> None:
    ada = await house.user("ada")
    headers = ((b"user-agent", b"agent/1"), (b"x-request-id", b"r-1"))
    made = await ada.send(
        "POST",
        "/api/v1/users/me/prompts",
        body=json.dumps({"title": "Mine", "description": "", "prompt": "Go."}).encode(),
        headers=((b"content-type", b"application/json"), *headers),
    )

    (entry,) = await found(moderator, f"&entity_id={made.data['id']}")
    single = await moderator.get(f"{LOGS}/{entry['id']}")

    assert entry["user_id"] == await id_of(ada)
    assert (entry["action"], entry["entity_type"]) == ("create", "UserPrompt")
    assert (entry["status"], entry["request_id"]) == ("success", "r-1")
    assert (entry["ip_address"], entry["user_agent"]) == ("192.0.2.7", "agent/1")
    assert entry["new_values"]["title"] == "Mine"
    assert single.data["id"] == entry["id"]
    assert single.header("etag")


@pytest.mark.parametrize(
    ("query", "matches"),
    [
        ("action=login", lambda item: item["action"] == "login"),
        ("entity_type=Session", lambda item: item["entity_type"] == "Session"),
        ("status=failure", lambda item: item["status"] == "failure"),
    ],
)
async def test_the_trail_is_filtered(
    house: House, moderator: Client, query: str, matches: object
) -> None:
    await (await house.user("ada")).get(LOGS)
    every = await found(moderator)

    some = await found(moderator, f"&{query}")

    assert 0 < len(some) < len(every)
    assert [item["id"] for item in some] == [item["id"] for item in every if matches(item)]


async def test_the_trail_is_filtered_by_who_and_when(house: House, moderator: Client) -> None:
    ada = await id_of(await house.user("ada"))
    every = await found(moderator, "&sort=created_at")
    last = every[-1]["created_at"]

    of_ada = await found(moderator, f"&user_id={ada}")
    before = await found(moderator, f"&created_before={last}")
    after = await found(moderator, f"&created_after={last}")

    assert {item["user_id"] for item in of_ada} == {ada}
    assert len(before) + len(after) == len(every)
    assert {item["created_at"] for item in after} == {last}


@pytest.mark.parametrize(
    "query", ["action=nothing", "user_id=x", "status=maybe", "created_after=now", "sort=hash"]
)
async def test_a_filter_that_means_nothing_is_named(moderator: Client, query: str) -> None:
    reply = await moderator.get(f"{LOGS}?{query}")

    assert (reply.status, list(reply.faults)) == (422, [query.partition("=")[0]])


async def test_everybody_sees_what_they_did_and_nobody_elses(
    house: House, moderator: Client
) -> None:
    ada, bob = await house.user("ada"), await house.user("bob")

    own = await found(ada, path=OWN)
    query = await ada.get(f"{OWN}?user_id={await id_of(bob)}")

    assert {item["user_id"] for item in own} == {await id_of(ada)}
    assert "login" in {item["action"] for item in own}
    assert len(own) < len(await found(moderator))
    assert (query.status, query.code) == (422, "VALIDATION_ERROR")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", [LOGS, f"{LOGS}/018f0000-0000-7000-8000-000000000000", OWN])
async def test_nobody_writes_to_it(house: House, method: str, path: str) -> None:
    root = await house.user("root", "Superadmin")

    reply = await root.send(method, path)

    assert (reply.status, reply.code) == (405, "METHOD_NOT_ALLOWED")
    assert reply.header("allow") == "GET, HEAD, OPTIONS"


async def test_a_permission_that_lacks_leaves_one_entry_of_failure(
    house: House, moderator: Client
) -> None:
    ada = await house.user("ada")

    refused = await ada.get(f"{LOGS}?action=login")
    (entry,) = await found(moderator, "&action=permission_denied")

    assert (refused.status, refused.code) == (403, "PERMISSION_DENIED")
    assert (entry["user_id"], entry["status"]) == (await id_of(ada), "failure")
    assert entry["error_message"] == "PERMISSION_DENIED"
    assert entry["description"] == "GET /api/v1/audit-logs needs audit:read"
    assert entry["metadata"] == {"method": "GET", "route": LOGS, "permission": "audit:read"}


async def test_what_nobody_may_do_without_a_permission_leaves_an_entry_for_each_method(
    house: House, moderator: Client
) -> None:
    ada = await house.user("ada")

    for method in ("PUT", "DELETE"):
        reply = await ada.send(method, "/api/v1/roles/018f0000-0000-7000-8000-000000000000")
        assert reply.status == 403
    entries = await found(moderator, "&action=permission_denied")

    assert sorted(entry["description"] for entry in entries) == [
        "DELETE /api/v1/roles/{role_id} needs roles:delete",
        "PUT /api/v1/roles/{role_id} needs roles:write",
    ]


async def test_nobody_in_particular_leaves_no_entry(house: House, moderator: Client) -> None:
    before = await found(moderator)

    assert (await house.client.get(LOGS)).status == 401
    assert (await house.client.signed_in("x.y.z").get(LOGS)).status == 401

    assert await found(moderator) == before


async def test_a_sign_in_and_a_sign_out_leave_one_entry_each(
    house: House, moderator: Client
) -> None:
    await house.made("ada")
    before = {item["id"] for item in await found(moderator)}

    ada = await house.signed_in("ada")
    await ada.post("/api/v1/auth/logout")
    wrong = {"email": "ada@example.com", "password": "Wrong-Horse-7"}
    await house.client.post("/api/v1/auth/login", wrong)
    told = [item for item in await found(moderator, "&sort=created_at") if item["id"] not in before]

    assert [item["action"] for item in told] == ["login", "logout", "login_failed"]
    assert [item["status"] for item in told] == ["success", "success", "failure"]


async def test_hostile_text_makes_neither_a_line_nor_an_error(
    house: House, moderator: Client
) -> None:
    await house.made("ada")
    agent = b"evil\x1b[2J\x85\x0b" + b"x" * 2000
    login = {"email": "ada@example.com", "password": PASSWORD}

    reply = await house.client.send(
        "POST",
        "/api/v1/auth/login",
        body=json.dumps(login).encode(),
        headers=((b"content-type", b"application/json"), (b"user-agent", agent)),
    )
    entry = next(item for item in await found(moderator, "&action=login"))

    assert reply.status == 200
    assert entry["user_agent"].startswith("evil\\x1b[2J\\x85\\x0bxxx")
    assert len(entry["user_agent"]) == 500


async def test_no_secret_is_in_it(house: House, moderator: Client) -> None:
    await house.user("ada")

    told = json.dumps(await found(moderator))

    assert PASSWORD not in told
    assert '"has_password_hash": true' in told
    assert '"password_hash"' not in told
