"""Faults of ours, and requests that are meant for somebody else."""

import pytest

from support.arena import Arena, Arenas
from support.arena.owner import as_owner
from support.arena.wire import status_of

PROMPT = {"title": "t", "prompt": "Hold.", "category": "trading"}


@pytest.mark.parametrize("backend", ["sqlite", "postgres"])
async def test_s86_an_inner_fault_is_told_to_the_log_alone(own_arena: Arenas, backend: str) -> None:
    arena = await own_arena(backend, processes=1)
    made = (await arena.a.post("/prompts", PROMPT)).data["id"]
    await as_owner(arena, "UPDATE prompts SET category = 'no such thing'")

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
    for word in ("Traceback", "sqlite", "postgres", "SELECT", "no such thing", "moniqo/", "Error:"):
        assert word not in answer.text
    lines = await arena.told_of(told["request_id"])
    assert [it for it in lines if "no such thing" in it.get("exception", "")]
    assert [it["status"] for it in lines if it["message"] == "request"] == [500]
    assert (await arena.a.get("/users/me")).status == 200


async def test_s87_a_host_or_method_that_is_none_reaches_nothing(any_arena: Arena) -> None:
    for line in ("TRACE /api/v1/users/me", "CONNECT /health", "GET http://evil.test/health"):
        heard = await any_arena.raw(
            f"{line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()
        )
        assert status_of(heard) in {200, 400, 404, 405}
        assert b"evil.test" not in heard
