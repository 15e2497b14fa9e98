"""Refresh tokens: used by many at once, used again, used too old."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from signal import SIGKILL
from uuid import UUID

import pytest

from moniqo.application.shared.query import eq
from moniqo.domain.audit.audit_log import AuditAction, AuditLog
from moniqo.domain.audit.outbox_event import OutboxEvent
from moniqo.domain.identity.session import RevokeReason, Session
from support.arena import Arena, Arenas, Caller, Reply


async def refreshed(arena: Arena, caller: Caller) -> Caller:
    reply = await caller.post("/auth/refresh", {"refresh_token": caller.refresh_token})
    return arena.holding(caller, reply.data)


async def refresh(caller: Caller) -> Reply:
    return await caller.post("/auth/refresh", {"refresh_token": caller.refresh_token})


async def session_of(arena: Arena, caller: Caller) -> Session:
    """The only session of a user."""
    return await arena.operator.one(Session, eq("user_id", UUID(caller.id)))


async def test_s36_of_twenty_refreshes_at_once_there_is_one_successor(race_arena: Arena) -> None:
    person = await race_arena.person()

    replies = await race_arena.at_once(20, lambda n: refresh(person.on(n)))

    assert Counter(reply.status for reply in replies) == {200: 20}
    successors = {race_arena.plant(reply.data["refresh_token"]) for reply in replies}
    assert len(successors) == 1
    assert (await session_of(race_arena, person)).generation == 1
    assert (await refresh(replace(person, refresh_token=successors.pop()))).status == 200


async def reused(arena: Arena) -> tuple[Caller, Caller, Caller]:
    """A session ended by a token two generations old: its newest state, the thief, another one."""
    person = await arena.person()
    other = await arena.signed_in(person)
    newest = await refreshed(arena, await refreshed(arena, person))
    reply = await refresh(person.on(1))
    assert reply.outcome == (401, "TOKEN_REUSED")
    return newest, person, other


async def test_s37_a_token_two_generations_old_ends_its_session_everywhere(
    race_arena: Arena,
) -> None:
    newest, person, other = await reused(race_arena)

    for number in range(2):
        assert (await newest.on(number).get("/users/me")).status == 401
        assert (await refresh(newest.on(number))).status == 401
        assert (await other.on(number).get("/users/me")).status == 200
    (entry,) = await race_arena.operator.stored(
        AuditLog, eq("user_id", UUID(person.id)), eq("action", AuditAction.TOKEN_REUSED)
    )
    ended = await race_arena.operator.one(Session, eq("id", entry.entity_id))
    assert ended.revoke_reason is RevokeReason.TOKEN_REUSED
    told = await race_arena.operator.stored(OutboxEvent, eq("name", "RefreshTokenReused"))
    assert [it for it in told if it.payload["session_id"] == str(ended.id)]


async def test_s37_the_token_before_the_present_one_is_reuse_after_the_grace(arena: Arena) -> None:
    person = await arena.person()
    newest = await refreshed(arena, person)
    session = await session_of(arena, person)
    assert session.rotated_at is not None
    await arena.operator.changed(
        session.with_(rotated_at=session.rotated_at - timedelta(seconds=11))
    )

    reply = await refresh(person)

    assert reply.outcome == (401, "TOKEN_REUSED")
    assert (await newest.on(1).get("/users/me")).status == 401


@pytest.mark.parametrize("backend", ["sqlite", "postgres"])
async def test_s38_what_was_ended_stays_ended_when_everything_restarts(
    own_arena: Arenas, backend: str
) -> None:
    arena = await own_arena(backend)
    newest, person, other = await reused(arena)

    for server in arena.servers:
        server.restart(SIGKILL)

    for number in range(2):
        assert (await newest.on(number).get("/users/me")).status == 401
        assert (await refresh(newest.on(number))).status == 401
        assert (await refresh(person.on(number))).status == 401
    assert (await other.get("/users/me")).status == 200


async def test_s45_a_session_ends_at_its_age_however_often_it_was_refreshed(arena: Arena) -> None:
    person = await refreshed(arena, await arena.person())
    session = await session_of(arena, person)
    now = datetime.now(UTC)
    await arena.operator.changed(
        session.with_(absolute_expires_at=now, expires_at=now + timedelta(days=7))
    )

    assert (await refresh(person)).outcome == (401, "UNAUTHENTICATED")
    assert (await person.get("/users/me")).status == 401


async def test_s48_a_session_is_refreshed_ten_times_an_hour_and_others_are_untouched(
    strict: Arena,
) -> None:
    person = await strict.person()
    other = await strict.signed_in(person)

    for _ in range(10):
        before, person = person, await refreshed(strict, person)
    one_too_many = await refresh(person)

    assert one_too_many.outcome == (429, "RATE_LIMITED")
    assert 0 < int(one_too_many.header("retry-after") or 0) <= 3600
    assert (await refresh(before)).outcome[0] in {200, 429}
    assert (await person.get("/users/me")).status == 200
    assert (await refresh(other)).status == 200


async def test_s49_sessions_are_listed_in_pages_and_the_oldest_gives_way(strict: Arena) -> None:
    first = await strict.person()
    second = await strict.signed_in(first)
    for _ in range(11):
        newest = await strict.signed_in(first)

    listed = await newest.get("/auth/sessions", params={"limit": 5})

    assert len(listed.data["items"]) == 5
    assert listed.data["total"] == 12
    assert (await first.get("/users/me")).status == 401
    assert (await second.get("/users/me")).status == 200
