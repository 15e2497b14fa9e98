"""S81 to S83 and S87: what every answer says besides itself, and to whom."""

import pytest

from support.arena import Arena, Arenas, Caller, Reply

APP = "https://app.example.com"
ALWAYS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
}
NOBODYS = "019bd6a2-7c00-7000-8000-00000000ffff"


@pytest.fixture
async def exposed(arenas: Arenas) -> Arena:
    """One process as the world sees it, open to one origin, with small limits."""
    return await arenas(
        "sqlite",
        processes=1,
        ENVIRONMENT="staging",
        CORS_ORIGINS=APP,
        RATE_LIMIT_PER_MINUTE="60",
    )


async def answers(caller: Caller) -> dict[str, Reply]:
    """One of every kind that there is."""
    nobody = Caller(caller.servers)
    return {
        "200": await caller.get("/users/me"),
        "201": await caller.post("/prompts", {"title": "t", "prompt": "?"}),
        "304": await caller.get("/users/me", headers={"If-None-Match": "*"}),
        "400": await caller.post("/prompts", body=b"{"),
        "401": await nobody.get("/users/me"),
        "403": await caller.get("/users"),
        "404": await caller.get("/nothing"),
        "405": await caller.delete("/prompts"),
        "413": await caller.post("/prompts", body=b" " * 1_100_000),
        "415": await caller.post("/prompts", body=b"{}", headers={"Content-Type": "text/plain"}),
        "422": await caller.post("/prompts", {}),
        "431": await caller.get("/users/me", headers={"X-Padding": "x" * 40_000}),
        "picture": await nobody.get(f"/users/{caller.id}/avatar"),
        "options": await nobody.send("OPTIONS", "/prompts"),
        "head": await caller.send("HEAD", "/users/me"),
        "docs": await nobody.get("/docs"),
        "script": await nobody.get("/docs/start.js"),
        "openapi": await nobody.get("/openapi.json"),
        "health": await nobody.get("/health"),
    }


async def test_s81_every_answer_protects_whoever_reads_it(exposed: Arena) -> None:
    found = await answers(await exposed.person())
    flooding = await exposed.person()
    for _ in range(61):
        found["429"] = await flooding.get("/users/me")

    for kind, reply in found.items():
        if kind.isdigit():
            assert reply.status == int(kind), (kind, reply.response.text)
        assert {name: reply.header(name) for name in ALWAYS} == ALWAYS, kind
        assert "max-age=" in (reply.header("strict-transport-security") or ""), kind
        assert "default-src 'none'" in (reply.header("content-security-policy") or ""), kind
        assert "frame-ancestors 'none'" in (reply.header("content-security-policy") or ""), kind
        assert reply.header("server") is None, kind
        assert reply.header("x-powered-by") is None, kind


async def test_s81_bytes_that_are_no_request_are_answered_alike(exposed: Arena) -> None:
    heard = (await exposed.raw(b"NONSENSE\r\n\r\n")).decode().lower()

    assert heard.startswith("http/1.1 400")
    for name, value in ALWAYS.items():
        assert f"{name}: {value.lower()}" in heard
    assert "\r\nserver:" not in heard


async def test_s81_https_is_not_asked_for_on_a_laptop(any_arena: Arena) -> None:
    for reply in (await answers(any_arena.a)).values():
        assert reply.header("strict-transport-security") is None


async def test_s82_what_is_personal_is_stored_by_nobody(any_arena: Arena) -> None:
    caller = any_arena.a
    paths = ("/users/me", "/prompts", "/users/me/plans", "/auth/sessions", f"/prompts/{NOBODYS}")

    for path in paths:
        reply = await caller.get(path)
        assert reply.header("cache-control") == "no-store", path
    for path in paths[:-1]:
        assert (await caller.get(path)).header("vary") == "Authorization, Origin", path


async def test_s82_nobody_is_answered_what_somebody_else_asked_for(arena: Arena) -> None:
    people = (arena.a, arena.b)

    replies = await arena.at_once(100, lambda n: people[n % 2].on(n // 2).get("/users/me"))

    for number, reply in enumerate(replies):
        assert reply.data["id"] == people[number % 2].id
    tag = replies[0].header("etag") or ""
    other = await arena.b.get("/users/me", headers={"If-None-Match": tag})
    assert (other.status, other.data["id"]) == (200, arena.b.id)


async def test_s83_only_pages_of_the_named_origin_are_let_in(exposed: Arena) -> None:
    caller = await exposed.person()
    strangers = (
        "null",
        "https://evil.test",
        f"{APP}.evil.test",
        "https://appXexample.com",
        "https://x.app.example.com",
        f"{APP}:8443",
        "http://app.example.com",
    )

    for origin in strangers:
        reply = await caller.get("/users/me", headers={"Origin": origin})
        assert reply.header("access-control-allow-origin") is None, origin
    allowed = await caller.get("/users/me", headers={"Origin": APP})
    refused = await exposed.x.get("/users/me", headers={"Origin": APP})
    asking = {"Origin": APP, "Access-Control-Request-Method": "PUT"}
    preflight = await exposed.x.send("OPTIONS", "/auth/login", headers=asking)

    assert (allowed.status, refused.status, preflight.status) == (200, 401, 200)
    for reply in (allowed, refused, preflight):
        assert reply.header("access-control-allow-origin") == APP
    assert preflight.header("access-control-allow-methods") == "OPTIONS, POST"


async def test_s87_in_production_nothing_tells_of_the_inside(arenas: Arenas) -> None:
    arena = await arenas("sqlite", processes=1, ENVIRONMENT="production")

    for path in ("/docs", "/docs/start.js", "/redoc", "/openapi.json", "/debug", "/metrics"):
        reply = await arena.x.get(path, headers={"X-Forwarded-For": "127.0.0.1"})
        assert reply.outcome == (404, "NOT_FOUND"), path


@pytest.mark.parametrize("path", ["/docs", "/docs/start.js", "/docs/swagger-ui.css"])
async def test_s81_documentation_runs_its_own_scripts_alone(any_arena: Arena, path: str) -> None:
    policy = (await any_arena.x.get(path)).header("content-security-policy") or ""

    assert "script-src 'self'" in policy
    assert "unsafe-eval" not in policy
    assert "http" not in policy
