"""Every action leaves its entry, no entry can be changed, and no secret is in either or the log."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote, urlsplit

import asyncpg
import pytest

from moniqo.application.shared.query import eq
from moniqo.domain.audit.audit_log import AuditAction, AuditLog, AuditStatus
from support.arena import Arena, Caller, Reply
from support.arena.wire import status_of

SUCCESS, FAILURE = AuditStatus.SUCCESS, AuditStatus.FAILURE


async def entries(arena: Arena, reply: Reply, action: AuditAction) -> list[AuditLog]:
    """What the trail holds of one request."""
    request_id = str(reply.json["request_id"])
    return list(
        await arena.operator.stored(AuditLog, eq("request_id", request_id), eq("action", action))
    )


async def test_s12_only_who_may_reads_the_trail(arena: Arena) -> None:
    for path in ("/audit-logs", f"/audit-logs/{arena.a.id}"):
        assert (await arena.a.get(path)).outcome == (403, "PERMISSION_DENIED")
        assert (await arena.x.get(path)).status == 401
    assert (await arena.admin.get("/audit-logs")).status == 200
    own = (await arena.a.get("/users/me/audit-logs")).data["items"]
    assert {item["user_id"] for item in own} == {arena.a.id}


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_s12_nobody_writes_the_trail(arena: Arena, method: str) -> None:
    entry = (await arena.superadmin.get("/audit-logs")).data["items"][0]["id"]

    for path in ("/audit-logs", f"/audit-logs/{entry}"):
        reply = await arena.superadmin.send(method, path, {})
        assert reply.outcome == (405, "METHOD_NOT_ALLOWED")


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_logs SET description = 'x'", "DELETE FROM audit_logs", "TRUNCATE audit_logs"],
)
async def test_s12_the_database_refuses_to_change_the_trail(arena: Arena, statement: str) -> None:
    before = await arena.operator.count(AuditLog)

    if arena.backend == "postgres":
        connection = await asyncpg.connect(arena.settings["DATABASE_URL"])
        try:
            with pytest.raises(asyncpg.PostgresError, match=r"only ever grows|filled"):
                await connection.execute(statement)
        finally:
            await connection.close()
    else:
        file = Path(urlsplit(arena.settings["DATABASE_URL"]).path)
        with closing(sqlite3.connect(file)) as store, pytest.raises(sqlite3.Error):
            store.execute(statement)

    assert await arena.operator.count(AuditLog) >= before > 0


async def acted(arena: Arena, person: Caller) -> list[tuple[Reply, AuditAction, str, AuditStatus]]:
    """What somebody did and was refused, with the entry that it must have left."""
    wrong = {"email": person.email, "password": "Wrong-Guess-7"}
    right = wrong | {"password": person.password}
    prompt = {"title": "t", "prompt": "Hold.", "category": "trading"}
    made = await person.post("/prompts", prompt)
    there = f"/prompts/{made.data['id']}"
    other = arena.holding(person, (login := await person.post("/auth/login", right)).data)
    boss = arena.superadmin
    return [
        (made, AuditAction.CREATE, "Prompt", SUCCESS),
        (await person.patch(there, {"title": "u"}), AuditAction.UPDATE, "Prompt", SUCCESS),
        (await person.delete(there), AuditAction.DELETE, "Prompt", SUCCESS),
        (login, AuditAction.LOGIN, "Session", SUCCESS),
        (await arena.x.post("/auth/login", wrong), AuditAction.LOGIN_FAILED, "Account", FAILURE),
        (await person.get("/users"), AuditAction.PERMISSION_DENIED, "Route", FAILURE),
        (await other.post("/auth/logout"), AuditAction.LOGOUT, "Session", SUCCESS),
        (
            await boss.post(f"/users/{person.id}/deactivate"),
            AuditAction.UPDATE,
            "Account",
            SUCCESS,
        ),
    ]


async def test_s89_each_action_and_refusal_leaves_one_entry(race_arena: Arena) -> None:
    person = await race_arena.person()

    for reply, action, entity_type, status in await acted(race_arena, person):
        found = [
            entry
            for entry in await entries(race_arena, reply, action)
            if entry.entity_type == entity_type
        ]
        assert [entry.status for entry in found] == [status], (action, reply.json)
        assert found[0].ip_address == "127.0.0.1"
        assert found[0].user_agent
        assert (found[0].error_message is None) is (status is SUCCESS)


@pytest.mark.parametrize(
    "nasty",
    [
        '\n{"level":"critical","message":"forged"}',
        "\r\nX: y",
        "\x1b[2J\x1b]0;owned\x07",
        "\u2028\u2029\x85",
        "\u202e\u0000",
    ],
)
async def test_s89_what_somebody_sends_is_one_line_of_json_in_the_log(
    any_arena: Arena, nasty: str
) -> None:
    server, request_id = any_arena.servers[0], f"injected-{ord(nasty[0])}"
    head = f"GET /api/v1/nothing{quote(nasty)} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"

    heard = await any_arena.raw(f"{head}X-Request-ID: {request_id}\r\n\r\n".encode())
    await any_arena.x.post("/auth/login", {"email": f"a{nasty}@example.com", "password": "x" * 9})

    await any_arena.told_of(request_id)
    raw = [line for line in server.log.read_bytes().split(b"\n") if request_id.encode() in line]
    assert status_of(heard) == 404
    (line,) = map(json.loads, raw)
    assert (line["message"], line["status"], line["route"]) == ("request", 404, None)
    assert line["path"] == f"/api/v1/nothing{nasty}"
    assert not [it for it in server.lines() if it.get("message") == "forged"]
    assert b"\x1b" not in server.log.read_bytes()


async def test_s88_a_request_is_told_without_its_query_and_by_ids_alone(any_arena: Arena) -> None:
    secret = any_arena.plant("canary-in-a-query-" + any_arena.a.id[:8])
    reply = await any_arena.a.get(f"/users/me?token={secret}")

    told = await any_arena.told_of(reply.json["request_id"])
    (line,) = [it for it in told if it["message"] == "request"]
    assert line["user_id"] == any_arena.a.id
    assert (line["method"], line["route"]) == ("GET", "/api/v1/users/me")
    assert (line["path"], line["status"]) == ("/api/v1/users/me", 422)
    assert 0 < line["milliseconds"] < 30_000
    assert "example.com" not in json.dumps(line)


async def test_s88_no_secret_is_in_the_store_the_logs_or_the_answers(race_arena: Arena) -> None:
    arena = race_arena
    person = await arena.person()
    key = arena.plant(f"sk-canary-{person.id}")
    agent = {"name": "keyed", "provider": "openai", "model_id": "m", "credentials": key}
    made = await person.post("/agents", agent)
    await person.patch(f"/agents/{made.data['id']}", {"credentials": arena.plant(key + "-2")})
    paper = (await person.get("/wallets")).data["items"][0]["id"]
    wallet = {"wallet_id": paper, "label": "l", "credentials": {"api_key": arena.plant(key + "-3")}}
    await person.post("/users/me/wallets", wallet)
    await person.post("/auth/refresh", {"refresh_token": arena.plant(key + "-4")})
    await arena.x.post("/auth/login", {"email": person.email, "password": arena.plant(key + "-5")})
    await person.post("/auth/register", {"email": person.email, "password": arena.plant(key + "6")})
    await person.post("/auth/forgot-password", {"email": person.email})
    await arena.mailbox.mail(person.email)
    await person.post("/auth/reset-password", {"token": key, "password": arena.plant(key + "Zz7!")})
    await person.get("/users/me", headers={"Cookie": f"session={arena.plant(key + '-8')}"})
    await arena.x.get("/users/me", headers={"Authorization": f"Basic {arena.plant(key + '-9')}"})

    leaks = await arena.leaks()

    assert leaks == []
    assert len(arena.planted) > 10
    # What is looked for would be found: addresses are in the store, ids in the log.
    assert await arena.leaks({person.email})
    assert [place for place in await arena.leaks({person.id}) if "serve-" in place]
