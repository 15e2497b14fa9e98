"""What is somebody's is out of everybody else's reach, by whatever route, on every backend."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from support.arena import Arena, Caller, Reply
from support.arena.estate import Estate, estate_of, flow, routes_with_ids
from support.arena.routes import Field, Route, json_routes, list_routes, routes

SHARED = {
    "GET /api/v1/plans/{plan_id}",
    "GET /api/v1/wallets/{wallet_id}",
    "GET /api/v1/users/{user_id}/avatar",
}
"""What everybody may see."""
NESTED = {"DELETE /api/v1/roles/{role_id}/permissions/{permission_id}"}
"""Routes with a parent and a child in the path."""
PUBLIC_IDS = {"wallet_id", "plan_id", "model_id"}
"""What a body may name though it is nobody's own."""
UNDECLARED = (
    *("id", "user_id", "owner_id", "account_id", "role", "role_id", "permissions", "version"),
    *("is_verified", "is_active", "is_superadmin", "is_admin", "is_system", "is_default"),
    *("deleted_at", "created_at", "updated_at", "created_by", "balances", "password_hash"),
    *("avatar_key", "status_code", "__proto__", "constructor"),
)
DENIED = {
    *("password", "password_hash", "hash", "previous_hash", "refresh_hash", "token_hash", "secret"),
    *("token", "access_token", "refresh_token", "credentials", "key", "key_hash"),
    *("lease_owner", "fence"),
}
Opened = dict[int, tuple[Estate, Estate]]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def opened() -> Opened:
    """The estates of each arena, made once."""
    return {}


@pytest_asyncio.fixture(loop_scope="session")
async def estates(race_arena: Arena, opened: Opened) -> tuple[Estate, Estate]:
    """A's and B's."""
    if id(race_arena) not in opened:
        people = [await race_arena.person() for _ in range(2)]
        first, second = [await estate_of(race_arena, person) for person in people]
        opened[id(race_arena)] = first, second
    return opened[id(race_arena)]


def needed(route: Route) -> str:
    """The permission that the route asks for; empty if a session is enough."""
    who: str = route.operation["description"].rpartition("Who: ")[2].rstrip(".")
    return who if ":" in who else ""


async def sent(caller: Caller, route: Route, path: str) -> Reply:
    body = route.body if route.takes_json else None
    return await caller.send(route.method, path, body)


async def seen(estate: Estate) -> dict[str, Any]:
    """What the owner sees of everything that is theirs."""
    held = set((await estate.owner.get("/users/me")).data["permissions"])
    found = {}
    for route in routes_with_ids():
        if (
            route.method == "GET"
            and needed(route) in {"", *held}
            and "file_id" not in route.template
        ):
            found[str(route)] = (await estate.owner.get(estate.path(route))).response.text
    return {name: strip(text) for name, text in found.items()}


def strip(text: str) -> str:
    """An answer without what differs from call to call."""
    return text.partition('"timestamp"')[0]


def test_s01_an_estate_has_something_for_every_path() -> None:
    named = {
        part.strip("{}")
        for route in routes_with_ids()
        for part in route.template.split("/")
        if part.startswith("{")
    }

    assert named <= KNOWN_IDS


KNOWN_IDS = {
    *("user_id", "session_id", "role_id", "permission_id", "file_id", "plan_id", "run_id"),
    *("subscription_id", "agent_id", "prompt_id", "user_prompt_id", "flow_id", "backtest_id"),
    *("wallet_id", "user_wallet_id", "trade_id", "audit_log_id", "notification_id", "task_id"),
}


async def test_s01_nothing_of_somebodys_is_told_from_nothing_at_all(
    estates: tuple[Estate, Estate],
) -> None:
    a, b = estates
    held = set((await b.owner.get("/users/me")).data["permissions"])
    before, wrong = await seen(a), {}

    for route in routes_with_ids():
        if str(route) in SHARED:
            continue
        theirs = await sent(b.owner, route, a.path(route))
        nobodys = await sent(b.owner, route, route.path)
        expected = 404 if needed(route) in {"", *held} else 403
        if theirs.status != expected or theirs.lasting != nobodys.lasting:
            wrong[str(route)] = (theirs.lasting, nobodys.lasting)

    assert wrong == {}
    assert await seen(a) == before


async def test_s02_a_child_is_reached_through_its_own_parent_alone(race_arena: Arena) -> None:
    king = race_arena.superadmin
    right = (await king.get("/permissions?limit=1")).data["items"][0]["id"]
    draft = {"name": uuid4().hex, "permission_ids": [right]}
    parent = (await king.post("/roles", draft)).data
    other = (await king.post("/roles", {"name": uuid4().hex})).data

    reply = await king.delete(f"/roles/{other['id']}/permissions/{right}")

    assert {str(it) for it in routes() if it.template.count("{") > 1} == NESTED
    assert reply.outcome == (404, "NOT_FOUND")
    assert (await king.get(f"/roles/{parent['id']}")).data["permission_ids"] == [right]


def naming_routes() -> Iterator[tuple[Route, Field, str]]:
    """Every route and field of its body that names something which may be somebody's own."""
    for route in json_routes():
        for field in route.fields:
            last = str(field.steps[-1]).removesuffix("s")
            if last.endswith("_id") and last not in PUBLIC_IDS:
                yield route, field, last


async def test_s03_nothing_is_made_of_what_is_somebody_elses(
    estates: tuple[Estate, Estate],
) -> None:
    a, b = estates
    await b.owner.post(f"/users/me/flows/{b.ids['flow_id']}/pause")
    taken, wrong = 0, {}
    for route, field, name in naming_routes():
        body = flow(b.ids) if "/flows" in route.template else route.body
        wanted = [a.ids[name]] if field.name.endswith("s") else a.ids[name]
        reply = await b.owner.send(route.method, b.path(route), field.put(body, wanted))
        taken += 1
        if reply.status not in (403, 404, 422):
            wrong[f"{route} {field.name}"] = reply.outcome

    assert wrong == {}
    assert taken >= 8
    assert (await b.owner.get("/users/me/flows")).data["total"] == 1


async def test_s08_no_body_sets_what_its_route_does_not_declare(
    race_arena: Arena, estates: tuple[Estate, Estate]
) -> None:
    estate, _ = estates
    before, wrong = await seen(estate), {}
    for route in json_routes():
        if "/auth/" in route.template and not route.operation["security"]:
            continue
        declared = {field.steps[0] for field in route.fields}
        caller = estate.owner
        if (await caller.send(route.method, estate.path(route), {"x": 1})).status == 403:
            caller = race_arena.superadmin
        for name in UNDECLARED:
            if name in declared:
                continue
            body = route.body | {name: True}
            reply = await caller.send(route.method, estate.path(route), body)
            if reply.status != 422 or set(reply.faults) != {name}:
                wrong[f"{route} {name}"] = reply.lasting

    assert wrong == {}
    assert await seen(estate) == before


def keys(tree: object) -> Iterator[str]:
    """Every name in an answer."""
    if isinstance(tree, dict):
        for name, value in tree.items():
            yield name
            yield from keys(value)
    if isinstance(tree, list):
        for value in tree:
            yield from keys(value)


@pytest.mark.parametrize("who", ["owner", "stranger", "Moderator", "Admin", "Superadmin", "nobody"])
async def test_s09_no_answer_holds_what_is_secret(
    race_arena: Arena, estates: tuple[Estate, Estate], who: str
) -> None:
    estate, other = estates
    callers = {"owner": estate.owner, "stranger": other.owner, "nobody": race_arena.x}
    caller = callers[who] if who in callers else await race_arena.person(who)
    told, wrong = 0, {}

    for route in routes():
        if route.method != "GET" or "{file_id}" in route.template:
            continue
        reply = await caller.get(estate.path(route))
        if not (reply.header("content-type") or "").startswith("application/json"):
            continue
        allowed = {"hash", "previous_hash"} if "audit" in route.template else set()
        allowed |= {"hash", "previous_hash"} if route.template.endswith("/export") else set()
        found = set(keys(reply.json)) & DENIED - allowed
        told += reply.status == 200
        if found:
            wrong[str(route)] = found

    assert wrong == {}
    assert told > 3


async def test_s10_what_was_removed_is_gone_for_who_may_not_remove(
    race_arena: Arena,
) -> None:
    caller = await race_arena.person()
    made = (await caller.post("/prompts", {"title": "Gone", "prompt": "Gone?"})).data
    await caller.delete(f"/prompts/{made['id']}")
    wrong = {}

    for route in list_routes():
        if "{" in route.template:
            continue
        reply = await caller.get(f"{route.template}?include_deleted=true")
        if reply.status not in (403, 422):
            wrong[str(route)] = reply.status

    assert wrong == {}
    assert (await caller.get(f"/prompts/{made['id']}")).status == 404
    assert made["id"] not in (await caller.get("/prompts?limit=5000")).response.text
