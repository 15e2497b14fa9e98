"""Who is let in, by what, and what they may then do."""

import pytest
from dishka.exceptions import NoFactoryError

from moniqo.application.shared.caller import SYSTEM, current_call
from moniqo.entrypoints.http.app import create_app
from moniqo.entrypoints.settings import Settings
from support.asgi import Client, served
from support.workshop import (
    LeakyController,
    MissingController,
    OpenController,
    ToolController,
    workshop_container,
)

TOOLS = "/api/v1/tools"


@pytest.mark.parametrize(
    "headers",
    [
        (),
        ((b"authorization", b""),),
        ((b"authorization", b"alice"),),
        ((b"authorization", b"Basic alice"),),
        ((b"authorization", b"Bearer"),),
        ((b"authorization", b"Bearer mallory"),),
        ((b"authorization", b"Bearer alice alice"),),
        ((b"authorization", b"Bearer \xff"),),
        ((b"authorization", b"Bearer " + b"x" * 1_000_000),),
        ((b"authorization", b"Bearer alice"), (b"authorization", b"Bearer alice")),
        ((b"cookie", b"access_token=alice"),),
    ],
)
async def test_nobody_comes_in_without_one_good_token(
    workshop: Client, headers: tuple[tuple[bytes, bytes], ...]
) -> None:
    reply = await workshop.get(f"{TOOLS}?access_token=alice", headers=headers)

    assert (reply.status, reply.code) == (401, "UNAUTHENTICATED")
    assert reply.header("www-authenticate") == "Bearer"


@pytest.mark.parametrize("scheme", [b"Bearer ", b"bearer ", b"BEARER  "])
async def test_the_schemes_name_may_be_written_anyhow(workshop: Client, scheme: bytes) -> None:
    reply = await workshop.get(TOOLS, headers=((b"authorization", scheme + b"alice"),))

    assert reply.status == 200


async def test_a_caller_without_the_permission_is_refused_before_the_body_is_read(
    bob: Client,
) -> None:
    reply = await bob.send("POST", TOOLS, body=b"not json")

    assert (reply.status, reply.code) == (403, "PERMISSION_DENIED")


@pytest.mark.parametrize("tool_id", ["x", "1", "{}", "0" * 36, "urn:uuid:" + "0" * 36, "%00"])
async def test_what_is_no_id_names_nothing(alice: Client, tool_id: str) -> None:
    reply = await alice.get(f"{TOOLS}/{tool_id}")

    assert (reply.status, reply.code) == (404, "NOT_FOUND")


async def test_an_id_is_not_looked_at_before_the_caller_is_known(workshop: Client) -> None:
    reply = await workshop.get(f"{TOOLS}/x")

    assert reply.status == 401


async def test_what_belongs_to_somebody_else_is_not_found(alice: Client, bob: Client) -> None:
    made = await alice.post(TOOLS, {"name": "mine"})

    reply = await bob.get(f"{TOOLS}/{made.data['id']}")

    assert reply.status == 404


async def test_use_cases_are_told_who_calls_and_from_where(alice: Client) -> None:
    headers = ((b"user-agent", b"agent/1.0 \xe4" + b"x" * 600), (b"x-request-id", b"r-1"))

    reply = await alice.get(f"{TOOLS}/call", headers=headers)

    made = await alice.post(TOOLS, {"name": "saw"})
    assert reply.data == {
        "actor_id": made.data["user_id"],
        "request_id": "r-1",
        "ip_address": "192.0.2.7",
        "user_agent": "agent/1.0 ä" + "x" * 489,
    }


async def test_a_call_is_over_with_its_answer(alice: Client) -> None:
    await alice.get(f"{TOOLS}/call")

    assert current_call.get() is SYSTEM


async def test_a_dependency_that_nobody_provides_fails_the_start() -> None:
    app = create_app(workshop_container(), Settings(), (MissingController,))

    with pytest.RaisesGroup(NoFactoryError):
        async with served(app):
            pass


async def test_an_answer_that_would_show_a_secret_fails_the_making() -> None:
    with pytest.raises(TypeError, match="Combination is a secret"):
        create_app(workshop_container(), Settings(), (LeakyController,))


async def test_the_same_workshop_can_be_served_twice() -> None:
    for _ in range(2):
        app = create_app(workshop_container(), Settings(), (ToolController, OpenController))
        async with served(app) as client:
            assert (await client.post("/api/v1/open/ring")).status == 202
