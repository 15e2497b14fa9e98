"""How often anybody may call, and what they are told of it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from moniqo.adapters.limits.counts import Standing
from moniqo.entrypoints.http.app import create_app
from moniqo.entrypoints.http.rations import headers_of
from moniqo.entrypoints.settings import Settings
from support.asgi import Client, Reply, served
from support.house import House, house_settings, open_house
from support.workshop import OpenController, ToolController, workshop_container

LIMIT = 5
TOLD = ("limit", "remaining", "reset")


@pytest.fixture
async def rationed() -> AsyncIterator[Client]:
    """The workshop, where everybody may call five times a minute."""
    app = create_app(workshop_container(LIMIT), Settings(), (ToolController, OpenController))
    async with served(app) as client:
        yield client


def remaining(reply: Reply) -> int:
    told = reply.header("ratelimit-remaining")
    assert told is not None
    return int(told)


async def statuses(client: Client, path: str, times: int) -> list[int]:
    return [(await client.get(path)).status for _ in range(times)]


async def test_of_calls_at_once_as_many_pass_as_may(rationed: Client) -> None:
    alice = rationed.signed_in("alice")

    replies = await asyncio.gather(*(alice.get("/api/v1/tools") for _ in range(20)))

    assert sorted(reply.status for reply in replies) == [200] * LIMIT + [429] * 15


async def test_one_call_too_many_is_refused_in_the_envelope(rationed: Client) -> None:
    await statuses(rationed, "/api/v1/open/search?word=a", LIMIT)

    refused = await rationed.get("/api/v1/open/search?word=a")

    assert (refused.status, refused.code) == (429, "RATE_LIMITED")
    wait = refused.header("retry-after")
    assert wait is not None
    assert 1 <= int(wait) <= 61
    assert refused.header("ratelimit-reset") == wait
    assert refused.header("cache-control") == "no-store"


async def test_every_answer_says_how_the_caller_stands(rationed: Client) -> None:
    reply = await rationed.get("/api/v1/open/search?word=a")
    reset = reply.header("ratelimit-reset")

    assert reply.header("ratelimit-limit") == "5"
    assert reply.header("ratelimit-remaining") == "4"
    assert reply.header("ratelimit-policy") == '"default";q=5;w=60'
    assert reply.header("ratelimit") == f'"default";r=4;t={reset}'


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/tools", 200),
        ("HEAD", "/api/v1/tools", 200),
        ("GET", "//api//v1//tools", 200),
        ("GET", "/API/v1/Tools", 404),
        ("GET", "/api/v1/nothing", 404),
        ("DELETE", "/api/v1/tools", 405),
        ("POST", "/api/v1/tools", 415),
        ("OPTIONS", "/api/v1/tools", 200),
        ("GET", "/api/v1/open/broken", 500),
        ("GET", f"/{'x' * 3000}", 404),
    ],
)
async def test_whatever_is_asked_counts_for_whoever_asks(
    rationed: Client, method: str, path: str, status: int
) -> None:
    alice = rationed.signed_in("alice")
    await alice.get("/api/v1/tools")

    reply = await alice.send(method, path)

    assert (reply.status, remaining(reply)) == (status, LIMIT - 2)
    assert remaining(await alice.get("/api/v1/tools")) == LIMIT - 3


async def test_one_users_calls_are_nobody_elses(rationed: Client) -> None:
    await statuses(rationed.signed_in("alice"), "/api/v1/tools", LIMIT + 1)

    assert (await rationed.signed_in("bob").get("/api/v1/tools")).status == 200
    assert (await rationed.get("/api/v1/open/search?word=a")).status == 200


async def test_a_bad_token_is_an_unknown_caller(rationed: Client) -> None:
    await statuses(rationed.signed_in("mallory"), "/api/v1/tools", 3)

    assert remaining(await rationed.get("/api/v1/nothing")) == LIMIT - 4


async def test_another_session_gives_no_fresh_count() -> None:
    async with open_house() as house:
        first = await house.user()
        second = await house.signed_in("ada")

        before = remaining(await first.get("/api/v1/users/me"))

        assert remaining(await second.get("/api/v1/users/me")) == before - 1


@pytest.mark.parametrize("role", ["Admin", "Superadmin"])
async def test_administrators_are_not_counted_unless_asked_for(role: str) -> None:
    counted = house_settings()
    async with open_house() as house, open_house(limiting_admins(counted)) as strict:
        free = await (await user(house, role)).get("/api/v1/users/me")
        bound = await (await user(strict, role)).get("/api/v1/users/me")

    assert free.header("ratelimit-limit") is None
    assert remaining(bound) > 0


async def test_health_is_asked_as_often_as_needed(house_of_one: House) -> None:
    for path in ("/health", "/health/live", "/health/ready"):
        assert await statuses(house_of_one.client, path, 3) == [200, 200, 200]


def test_both_forms_of_the_headers_say_the_same() -> None:
    told = dict(headers_of(Standing(100, 42, 17)))

    assert [told[f"ratelimit-{name}".encode()] for name in TOLD] == [b"100", b"42", b"17"]
    assert told[b"ratelimit"] == b'"default";r=42;t=17'


async def user(house: House, role: str) -> Client:
    return await house.user("root", role)


@pytest.fixture
async def house_of_one() -> AsyncIterator[House]:
    plain = house_settings()
    settings = replace(plain, limits=replace(plain.limits, rate_limit_per_minute=1))
    async with open_house(settings) as house:
        yield house


def limiting_admins(settings: Settings) -> Settings:
    return replace(settings, limits=replace(settings.limits, admin_rate_limit_enabled=True))
