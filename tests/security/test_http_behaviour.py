"""Headers, caches, other origins, repeated requests, inner faults, production."""

import asyncio
import sqlite3
from collections import Counter
from contextlib import closing, suppress
from pathlib import Path
from secrets import token_hex
from signal import SIGKILL
from urllib.parse import urlsplit

import httpx2
import pytest

from moniqo.application.shared.query import eq
from moniqo.domain.agents.prompt import Prompt
from support.arena import Arena, Arenas, Caller, Reply
from support.arena.routes import each, routes
from support.arena.wire import status_of

ALWAYS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
}
ORIGIN = "https://app.example.com"
STRANGE_ORIGINS = (
    "null",
    "https://evil.test",
    "https://app.example.com.evil.test",
    "https://appXexample.com",
    "https://sub.app.example.com",
    "https://app.example.com:8443",
    "http://app.example.com",
)
PROMPT = {"title": "t", "prompt": "Hold.", "category": "trading"}


async def answers(arena: Arena) -> list[Reply]:
    """One answer of every kind."""
    lasting = [it for it in routes() if "{" in it.template or it.method == "GET"]
    call = each(
        lasting, lambda it: arena.a.send(it.method, it.path, it.body if it.takes_json else None)
    )
    found = [reply async for _, reply in call]
    return [
        *found,
        await arena.x.get("/nothing"),
        await arena.x.send("PROPFIND", "/users/me"),
        await arena.x.send("OPTIONS", "/users/me"),
        await arena.x.get("/docs"),
        await arena.x.get("/openapi.json"),
        await arena.x.get(f"/users/{arena.a.id}/avatar"),
        await arena.a.post("/prompts", body=b"x" * 2**21),
        await arena.a.get("/users/me", headers={"X-Much": "x" * 40_000}),
    ]


async def test_s81_every_answer_has_the_headers_that_protect(arenas: Arenas) -> None:
    arena = await arenas("sqlite", processes=1, SIGN_IN_FAILURES_PER_IP="30")

    found = await answers(arena)

    assert {200, 404, 405, 413, 422, 431} <= {reply.status for reply in found}
    for reply in found:
        where = str(reply.response.request.url)
        headers = reply.response.headers
        assert {name: headers.get(name) for name in ALWAYS} == ALWAYS, where
        assert "content-security-policy" in headers, where
        assert "server" not in headers, where
        assert "x-powered-by" not in headers, where
        assert "strict-transport-security" not in headers, where
        assert "x-request-id" in headers, where


async def test_s82_nothing_personal_is_kept_by_anybody_between(any_arena: Arena) -> None:
    personal = [it for it in routes() if it.method == "GET" and it.operation.get("security")]

    call = each(personal, lambda it: any_arena.a.get(it.path))

    async for route, reply in call:
        assert "no-store" in (reply.header("cache-control") or ""), str(route)
        if reply.status == 200:
            vary = (reply.header("vary") or "").lower()
            assert "authorization" in vary, str(route)


async def test_s82_nobody_gets_the_answer_of_somebody_else(arena: Arena) -> None:
    people = (arena.a, arena.b)
    await asyncio.gather(*(person.post("/prompts", PROMPT) for person in people))

    replies = await arena.at_once(100, lambda n: people[n % 2].on(n // 2).get("/users/me"))
    lists = await arena.at_once(50, lambda n: people[n % 2].on(n // 2).get("/users/me/audit-logs"))
    tag = (await arena.a.get("/users/me")).header("etag") or ""
    with_the_tag = await arena.b.get("/users/me", headers={"If-None-Match": tag})

    for number, reply in enumerate(replies):
        assert reply.data["id"] == people[number % 2].id
    for number, reply in enumerate(lists):
        assert {item["user_id"] for item in reply.data["items"]} <= {people[number % 2].id}
    assert (await arena.a.get("/users/me", headers={"If-None-Match": tag})).status == 304
    assert with_the_tag.data["id"] == arena.b.id


@pytest.mark.parametrize("origin", STRANGE_ORIGINS)
async def test_s83_another_origin_is_let_in_nowhere(arenas: Arenas, origin: str) -> None:
    arena = await arenas("sqlite", processes=1, CORS_ORIGINS=ORIGIN)
    preflight = {"Origin": origin, "Access-Control-Request-Method": "PATCH"}

    read = await arena.a.get("/users/me", headers={"Origin": origin})
    asked = await arena.x.send("OPTIONS", "/users/me", headers=preflight)

    for reply in (read, asked):
        assert not [name for name in reply.response.headers if name.startswith("access-control")]


async def test_s83_an_origin_that_is_let_in_is_named_and_told_real_methods(arenas: Arenas) -> None:
    arena = await arenas("sqlite", processes=1, CORS_ORIGINS=ORIGIN)
    preflight = {
        "Origin": ORIGIN,
        "Access-Control-Request-Method": "PATCH",
        "Access-Control-Request-Headers": "authorization, content-type",
    }

    read = await arena.a.get("/users/me", headers={"Origin": ORIGIN})
    asked = await arena.x.send("OPTIONS", "/users/me", headers=preflight)

    assert read.header("access-control-allow-origin") == ORIGIN
    assert asked.header("access-control-allow-origin") == ORIGIN
    assert "origin" in (read.header("vary") or "").lower()
    methods = {it.strip() for it in (asked.header("access-control-allow-methods") or "").split(",")}
    assert methods - {"OPTIONS"} == {"GET", "HEAD", "PUT", "PATCH", "DELETE"}


async def keyed(caller: Caller, key: str, **changes: str) -> Reply:
    return await caller.post("/prompts", PROMPT | changes, headers={"Idempotency-Key": key})


async def test_s85_one_key_used_by_twenty_at_once_makes_one_thing(race_arena: Arena) -> None:
    person, key = await race_arena.person(), token_hex(8)

    replies = await race_arena.at_once(20, lambda n: keyed(person.on(n), key))

    assert {reply.status for reply in replies} == {201}
    assert len({reply.response.content for reply in replies}) == 1
    replayed = Counter(reply.header("idempotency-replayed") for reply in replies)
    assert replayed == {None: 1, "true": 19}
    owned = await race_arena.operator.stored(Prompt, eq("title", PROMPT["title"]))
    assert len([it for it in owned if str(it.owner_id) == person.id]) == 1


async def test_s85_a_key_is_somebodys_own_and_means_one_body(race_arena: Arena) -> None:
    person, other, key = await race_arena.person(), await race_arena.person(), token_hex(8)
    first = await keyed(person, key)

    another_body = await keyed(person.on(1), key, title="u")
    another_user = await keyed(other, key)
    another_route = await person.post(
        "/users/me/prompts",
        {"title": "t", "prompt": "Hold."},
        headers={"Idempotency-Key": key},
    )

    assert another_body.outcome == (409, "IDEMPOTENCY_KEY_REUSED")
    assert another_user.status == another_route.status == 201
    assert another_user.data["id"] != first.data["id"]


async def test_s85_a_server_that_is_killed_midway_leaves_one_thing(own_arena: Arenas) -> None:
    arena = await own_arena("sqlite", processes=1)
    person, keys = await arena.person(), [token_hex(8) for _ in range(20)]

    async def tried(key: str) -> None:
        with suppress(httpx2.TransportError):  # the server is being killed
            await keyed(person, key, title=key)

    writing = [asyncio.create_task(tried(key)) for key in keys]
    await asyncio.sleep(0.05)
    await asyncio.to_thread(arena.servers[0].end, SIGKILL)
    await asyncio.gather(*writing)
    arena.servers[0].restart()
    replies = [await keyed(person, key, title=key) for key in keys]

    assert {reply.status for reply in replies} == {201}
    for key in keys:
        assert await arena.operator.count(Prompt, eq("title", key)) == 1


async def test_s86_an_inner_fault_is_told_to_the_log_alone(own_arena: Arenas) -> None:
    arena = await own_arena("sqlite", processes=1)
    made = (await arena.a.post("/prompts", PROMPT)).data["id"]
    file = Path(urlsplit(arena.settings["DATABASE_URL"]).path)
    with closing(sqlite3.connect(file)) as store, store:
        store.execute("UPDATE prompts SET category = 'no such thing'")

    answer = await arena.clients[0].get(
        f"/api/v1/prompts/{made}", headers={"Authorization": f"Bearer {arena.a.token}"}
    )

    assert answer.status_code == 500
    told = answer.json()
    assert told["error"] == {
        "code": "INTERNAL_ERROR",
        "message": "Something went wrong on our side.",
        "details": [],
    }
    for word in ("Traceback", "sqlite", "SELECT", "no such thing", "moniqo/", "Error:"):
        assert word not in answer.text
    lines = [it for it in arena.lines() if it.get("request_id") == told["request_id"]]
    assert [it for it in lines if "no such thing" in it.get("exception", "")]
    assert [it["status"] for it in lines if it["message"] == "request"] == [500]
    assert (await arena.a.get("/users/me")).status == 200


async def test_s87_in_production_there_is_nothing_to_look_at_inside(own_arena: Arenas) -> None:
    arena = await own_arena("sqlite", processes=1, ENVIRONMENT="production")
    near = {"X-Forwarded-For": "127.0.0.1", "X-Real-IP": "127.0.0.1", "Forwarded": "for=127.0.0.1"}

    for path in ("/docs", "/redoc", "/openapi.json", "/docs/swagger-ui.css", "/debug", "/metrics"):
        reply = await arena.x.get(path, headers=near)
        assert reply.status in {401, 403, 404}, path
    health = await arena.x.get("/health")
    assert health.header("strict-transport-security")
    assert "version" not in health.response.text


async def test_s87_a_host_or_method_that_is_none_reaches_nothing(any_arena: Arena) -> None:
    for line in ("TRACE /api/v1/users/me", "CONNECT /health", "GET http://evil.test/health"):
        heard = await any_arena.raw(
            f"{line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()
        )
        assert status_of(heard) in {200, 400, 404, 405}
        assert b"evil.test" not in heard
