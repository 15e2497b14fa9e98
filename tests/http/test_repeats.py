"""Requests with an idempotency key: performed once, answered the same each time."""

import asyncio
from typing import Any

import pytest

from support.asgi import JSON_TYPE, Client, Reply

TOOLS = "/api/v1/tools"
SAW = {"name": "saw"}


def keyed(key: str) -> tuple[tuple[bytes, bytes], ...]:
    return (JSON_TYPE, (b"idempotency-key", key.encode()))


@pytest.fixture
def key(request: pytest.FixtureRequest) -> str:
    """A key that no other test uses."""
    return request.node.name.replace(" ", "")


async def make(client: Client, key: str, body: bytes = b'{"name": "saw"}', **more: Any) -> Reply:
    return await client.send("POST", TOOLS, body=body, headers=keyed(key), **more)


async def owned(client: Client) -> int:
    return int((await client.get(TOOLS)).data["total"])


async def test_a_repeated_request_gets_the_first_answer(alice: Client, key: str) -> None:
    before = await owned(alice)

    first = await make(alice, key)
    second = await make(alice, key)

    assert first.status == 201
    assert first.header("idempotency-replayed") is None
    assert second.header("idempotency-replayed") == "true"
    assert (second.status, second.body) == (201, first.body)
    for name in ("x-request-id", "etag", "content-type", "cache-control", "vary"):
        assert second.header(name) == first.header(name)
    assert second.header("x-request-id") == second.json["request_id"]
    assert await owned(alice) == before + 1


async def test_many_at_once_make_one(alice: Client, key: str) -> None:
    before = await owned(alice)

    replies = await asyncio.gather(*(make(alice, key) for _ in range(20)))

    assert {reply.status for reply in replies} == {201}
    assert len({reply.body for reply in replies}) == 1
    assert sum(reply.header("idempotency-replayed") == "true" for reply in replies) == 19
    assert await owned(alice) == before + 1


async def test_another_body_is_refused(alice: Client, key: str) -> None:
    await make(alice, key)

    reply = await make(alice, key, b'{"name": "axe"}')

    assert (reply.status, reply.code) == (409, "IDEMPOTENCY_KEY_REUSED")


async def test_a_key_is_its_callers_own(alice: Client, workshop: Client, key: str) -> None:
    carol = workshop.signed_in("carol")

    first, second = await make(alice, key), await make(carol, key)

    assert second.status == 201
    assert second.header("idempotency-replayed") is None
    assert first.data["id"] != second.data["id"]


async def test_input_at_fault_leaves_the_key_free(alice: Client, key: str) -> None:
    refused = await make(alice, key, b'{"name": ""}')
    made = await make(alice, key)

    assert (refused.status, made.status) == (422, 201)
    assert made.header("idempotency-replayed") is None


@pytest.mark.parametrize("given", [b"", b"x" * 256, b"two words", b"t\xc3\xa4g", b"tab\t"])
async def test_what_is_no_key_is_refused(alice: Client, given: bytes) -> None:
    headers = (JSON_TYPE, (b"idempotency-key", given))

    reply = await alice.send("POST", TOOLS, body=b'{"name": "saw"}', headers=headers)

    assert (reply.status, reply.code) == (422, "VALIDATION_ERROR")
    assert list(reply.faults) == ["Idempotency-Key"]


async def test_two_keys_are_none(alice: Client) -> None:
    headers = (*keyed("a"), (b"idempotency-key", b"b"))

    reply = await alice.send("POST", TOOLS, body=b'{"name": "saw"}', headers=headers)

    assert reply.status == 422


async def test_every_visible_character_will_do(alice: Client) -> None:
    key = "".join(map(chr, range(0x21, 0x7F)))

    first, second = await make(alice, key), await make(alice, key)

    assert (first.status, second.body) == (201, first.body)


async def test_without_a_key_each_request_has_its_effect(alice: Client) -> None:
    before = await owned(alice)

    for _ in range(2):
        await alice.post(TOOLS, SAW)

    assert await owned(alice) == before + 2


async def test_where_nothing_is_made_a_key_means_nothing(workshop: Client) -> None:
    headers = keyed("echo")

    replies = [
        await workshop.send("POST", "/api/v1/open/echo", body=body, headers=headers)
        for body in (b'{"name": "a"}', b'{"name": "b"}')
    ]

    assert [reply.data["name"] for reply in replies] == ["a", "b"]


async def test_a_caller_who_may_not_is_refused_again(bob: Client, key: str) -> None:
    assert [(await make(bob, key)).status for _ in range(2)] == [403, 403]
