"""S92: the general limit holds to the call, over all processes, however the caller disguises."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from support.arena import Arena, Arenas, Caller
from support.servers.process import free_port

ME = "/users/me"
LIMIT = 100

# Servers of their own.
pytestmark = pytest.mark.xdist_group("rate limits")


@pytest.fixture
async def four(arenas: Arenas, server_url: Callable[[str], str]) -> Arena:
    """Four processes with one Redis."""
    redis = f"{server_url('valkey')}/92"
    settings = {"REDIS_URL": redis, "RATE_LIMIT_PER_MINUTE": str(LIMIT)}
    return await arenas("sqlite", processes=4, **settings)


async def statuses(arena: Arena, caller: Caller, count: int) -> list[int]:
    replies = await arena.at_once(count, lambda n: caller.on(n).get(ME))
    return [reply.status for reply in replies]


async def test_s92_of_two_hundred_at_once_exactly_a_hundred_pass(four: Arena) -> None:
    caller = await four.person()

    replies = await four.at_once(200, lambda n: caller.on(n).get(ME))

    passed = [reply for reply in replies if reply.status == 200]
    refused = [reply for reply in replies if reply.status == 429]
    assert (len(passed), len(refused)) == (LIMIT, LIMIT)
    left = [int(reply.header("ratelimit-remaining") or "") for reply in passed]
    assert min(left) == 0
    assert max(left) < LIMIT
    for reply in refused:
        assert reply.code == "RATE_LIMITED"
        assert 50 <= int(reply.header("retry-after") or "") <= 61
        assert reply.header("ratelimit-reset") == reply.header("retry-after")
        assert reply.header("ratelimit-policy") == '"default";q=100;w=60'


async def test_s92_no_disguise_gives_a_fresh_count(four: Arena) -> None:
    caller = await four.person()
    await statuses(four, caller, LIMIT)

    session = await four.signed_in(replace(caller, token=""))
    replies = [
        await session.get(ME),
        await caller.on(1).send("HEAD", ME),
        await caller.on(2).get("/api//v1//users//me"),
        await caller.on(3).get("/api/v1/USERS/me"),
        await caller.get("/api/v1/nothing/of/the/kind"),
        await caller.get("/docs"),
        await caller.post("/agents", {}),
    ]

    assert {reply.status for reply in replies} == {429}
    assert (await four.b.get(ME)).status == 200
    assert (await caller.get("/health/live")).status == 200


async def test_s92_operators_are_not_limited(four: Arena) -> None:
    assert set(await statuses(four, four.admin, LIMIT + 20)) == {200}
    assert set(await statuses(four, four.superadmin, LIMIT + 20)) == {200}


async def test_s92_an_address_that_claims_to_be_another_is_itself(four: Arena) -> None:
    async def ask(number: int) -> int:
        headers = {
            "X-Forwarded-For": f"203.0.113.{number % 250}",
            "Forwarded": f"for=10.0.0.{number}",
        }
        return (await four.x.on(number).get("/plans", headers=headers)).status

    assert (await four.at_once(LIMIT + 50, ask)).count(429) >= 50


async def test_s92_without_redis_each_process_allows_its_part(own_arena: Arenas) -> None:
    settings = {"REDIS_URL": f"redis://127.0.0.1:{free_port()}", "WORKERS": "2"}
    arena = await own_arena("sqlite", RATE_LIMIT_PER_MINUTE=str(LIMIT), **settings)
    caller = await arena.person()

    found = await statuses(arena, caller, 200)

    assert found.count(200) == LIMIT
    lost = [line for line in arena.lines() if "each process limits" in line["message"]]
    assert len(lost) == len(arena.servers)
