"""S85: a request with an idempotency key has its effect once, whatever happens to its answer."""

import asyncio
import json
from secrets import token_hex
from signal import SIGKILL
from typing import Any
from uuid import UUID

import httpx2
import pytest

from moniqo.application.shared.query import eq
from moniqo.domain.agents.prompt import Prompt
from moniqo.domain.billing.plan import Resource
from moniqo.domain.billing.usage import Usage
from moniqo.domain.shared.idempotency_record import IdempotencyRecord
from moniqo.domain.shared.ids import UserId
from support.arena import Arena, Arenas, Caller, Reply
from support.uploads import PDF

PROMPTS = "/prompts"


def prompt(title: str = "t") -> dict[str, Any]:
    return {"title": title, "prompt": "Given {{ symbol }}, decide.", "category": "trading"}


def named(key: str) -> dict[str, str]:
    return {"Idempotency-Key": key}


async def make(caller: Caller, key: str, title: str = "t") -> Reply:
    return await caller.post(PROMPTS, prompt(title), headers=named(key))


async def owned(arena: Arena, caller: Caller) -> int:
    return await arena.operator.count(Prompt, eq("owner_id", UserId(UUID(caller.id))))


def replayed(replies: list[Reply]) -> int:
    return sum(reply.header("idempotency-replayed") == "true" for reply in replies)


async def kept(arena: Arena, key: str) -> None:
    """Return once an answer to the key is stored."""
    for _ in range(2000):
        if await arena.operator.count(IdempotencyRecord, eq("key", key)):
            return
        await asyncio.sleep(0.005)
    raise AssertionError("no answer was kept")


async def test_s85_of_twenty_at_once_one_is_made_and_all_get_its_answer(race_arena: Arena) -> None:
    for _ in range(3):
        caller, key = await race_arena.person(), token_hex(8)

        replies = await race_arena.at_once(20, lambda n: make(caller.on(n), key))  # noqa: B023

        assert {reply.status for reply in replies} == {201}
        assert len({reply.response.content for reply in replies}) == 1
        assert len({reply.header("etag") for reply in replies}) == 1
        assert replayed(replies) == 19
        assert await owned(race_arena, caller) == 1


async def test_s85_what_takes_of_the_plan_is_taken_once(race_arena: Arena) -> None:
    caller, key = await race_arena.person(), token_hex(8)
    agent = {
        "name": "cross",
        "provider": "builtin",
        "model_id": "ma_cross",
        "config": {"strategy": "ma_cross", "fast": 2, "slow": 4, "fraction": "0.5"},
    }

    replies = await race_arena.at_once(
        20, lambda n: caller.on(n).post("/agents", agent, headers=named(key))
    )

    assert {reply.status for reply in replies} == {201}
    assert replayed(replies) == 19
    taken = eq("user_id", UserId(UUID(caller.id))), eq("resource", Resource.AGENTS)
    assert (await race_arena.operator.one(Usage, *taken)).used == 1


async def test_s85_a_key_is_bound_to_its_body_its_caller_and_its_route(arena: Arena) -> None:
    caller, other, key = await arena.person(), await arena.person(), token_hex(8)
    first = await make(caller, key)

    changed = await make(caller.on(1), key, "another")
    theirs = await make(other, key)
    elsewhere = await caller.post(
        "/users/me/prompts", {"title": "t", "prompt": "Now?"}, headers=named(key)
    )

    assert first.status == 201
    assert changed.outcome == (409, "IDEMPOTENCY_KEY_REUSED")
    assert (theirs.status, elsewhere.status) == (201, 201)
    assert replayed([theirs, elsewhere]) == 0
    assert await owned(arena, caller) == 1


async def test_s85_the_first_answer_comes_again_byte_for_byte(arena: Arena) -> None:
    caller, key = await arena.person(), token_hex(8)

    first = await make(caller, key)
    await caller.patch(f"{PROMPTS}/{first.data['id']}", {"title": "changed since"})
    second = await make(caller.on(1), key)

    assert second.response.content == first.response.content
    for name in ("x-request-id", "etag", "content-type", "cache-control", "vary"):
        assert second.header(name) == first.header(name)
    assert replayed([first, second]) == 1


async def test_s85_input_at_fault_leaves_the_key_free(arena: Arena) -> None:
    caller, key = await arena.person(), token_hex(8)

    refused = await caller.post(PROMPTS, {"title": ""}, headers=named(key))
    made = await make(caller, key)

    assert (refused.status, made.status) == (422, 201)
    assert replayed([made]) == 0


async def test_s85_an_upload_that_comes_again_is_kept_once(race_arena: Arena) -> None:
    caller, key = await race_arena.person(), token_hex(8)

    async def upload(server: int) -> httpx2.Response:
        client = caller.on(server).servers[0]
        headers = {"Authorization": f"Bearer {caller.token}", **named(key)}
        files = {"file": ("a.pdf", PDF, "application/pdf")}
        return await client.post("/api/v1/files", files=files, headers=headers)

    answers = await race_arena.at_once(6, upload)

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert len((await caller.get("/files")).data["items"]) == 1


async def test_s85_after_its_time_a_key_is_new(arena: Arena) -> None:
    caller, key = await arena.person(), token_hex(8)
    await make(caller, key)
    record = await arena.operator.one(IdempotencyRecord, eq("key", key))

    await arena.operator.changed(record.with_(expires_at=record.created_at))
    again = await make(caller, key)

    assert again.status == 201
    assert replayed([again]) == 0
    assert await owned(arena, caller) == 2


@pytest.mark.parametrize("backend", ["sqlite", "postgres", "mongo"])
async def test_s85_servers_that_die_leave_one_object_for_each_key(
    own_arena: Arenas, backend: str
) -> None:
    arena = await own_arena(backend, processes=4)
    caller = arena.a

    connection = await send_unheard(arena, caller, "unheard")
    await kept(arena, "unheard")
    arena.servers[0].end(SIGKILL)
    connection.close()
    unheard = await make(caller.on(1), "unheard")
    for number, seconds in ((1, 0.005), (2, 0.02)):
        key = f"cut off {number}".replace(" ", "-")
        attempts = [asyncio.create_task(make(caller.on(number), key)) for _ in range(3)]
        await asyncio.sleep(seconds)
        arena.servers[number].end(SIGKILL)
        await asyncio.gather(*attempts, return_exceptions=True)
        assert (await make(caller.on(3), key)).status == 201

    assert (unheard.status, replayed([unheard])) == (201, 1)
    assert await owned(arena, caller) == 3


async def send_unheard(arena: Arena, caller: Caller, key: str) -> asyncio.StreamWriter:
    """Send a request to the first server, and do not listen."""
    body = json.dumps(prompt()).encode()
    head = (
        f"POST /api/v1{PROMPTS} HTTP/1.1",
        "Host: moniqo",
        f"Authorization: Bearer {caller.token}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        f"Idempotency-Key: {key}",
    )
    _, writer = await asyncio.open_connection("127.0.0.1", arena.servers[0].port)
    writer.write("\r\n".join(head).encode() + b"\r\n\r\n" + body)
    await writer.drain()
    return writer
