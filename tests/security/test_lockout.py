"""Wrong passwords: counted though they are refused, and alike for names that nobody has."""

from datetime import timedelta
from signal import SIGKILL
from uuid import UUID

import pytest

from moniqo.application.shared.query import eq
from moniqo.domain.audit.audit_log import AuditAction, AuditLog, AuditStatus
from moniqo.domain.identity.account import Account
from moniqo.domain.identity.attempts import Attempts
from support.arena import Arena, Arenas, Caller, Reply

WRONG = "Wrong-Guess-7"
MEGABYTE = 2**20


async def guess(caller: Caller, password: str = WRONG) -> Reply:
    return await caller.post("/auth/login", {"email": caller.email, "password": password})


async def locked(arena: Arena) -> Caller:
    """Somebody after five wrong passwords."""
    person = await arena.person()
    for _ in range(5):
        assert (await guess(person)).outcome == (401, "INVALID_CREDENTIALS")
    return person


async def test_s30_five_wrong_passwords_are_counted_and_audited(race_arena: Arena) -> None:
    person = await locked(race_arena)

    account = await race_arena.operator.one(Account, eq("email", person.email))
    entries = await race_arena.operator.stored(
        AuditLog, eq("entity_id", account.id), eq("action", AuditAction.LOGIN_FAILED)
    )
    assert account.failed_attempts == 5
    assert [entry.status for entry in entries] == [AuditStatus.FAILURE] * 5
    assert all(entry.ip_address == "127.0.0.1" and entry.request_id for entry in entries)


async def test_s30_of_wrong_passwords_at_once_each_is_counted(race_arena: Arena) -> None:
    person = await race_arena.member()

    replies = await race_arena.at_once(20, lambda n: guess(person.on(n)))

    statuses = [reply.status for reply in replies]
    assert set(statuses) <= {401, 423, 503}
    assert statuses.count(401) <= 5
    account = await race_arena.operator.one(Account, eq("email", person.email))
    assert account.failed_attempts == statuses.count(401)
    assert (await guess(person, person.password)).outcome == (423, "ACCOUNT_LOCKED")


async def test_s29_s31_an_unknown_name_is_locked_like_a_known_one(arena: Arena) -> None:
    known, unknown = await arena.member(), arena.stranger()

    answers = {caller.email: [await guess(caller) for _ in range(6)] for caller in (known, unknown)}

    for replies in answers.values():
        assert [reply.status for reply in replies] == [401] * 5 + [423]
        assert 0 < int(replies[-1].header("retry-after") or 0) <= 900
    for one, other in zip(*answers.values(), strict=True):
        assert one.lasting == other.lasting
        assert set(one.response.headers) == set(other.response.headers)


async def test_s29_while_locked_the_right_password_is_refused_on_every_path(arena: Arena) -> None:
    person = await locked(arena)
    change = {"current_password": person.password, "new_password": arena.password()}
    address = {"email": arena.stranger().email, "password": person.password}

    refusals = [
        await guess(person.on(1), person.password),
        await person.post("/auth/change-password", change),
        await person.post("/users/me/email", address),
    ]

    assert [reply.outcome for reply in refusals] == [(423, "ACCOUNT_LOCKED")] * 3
    assert all(int(reply.header("retry-after") or 0) > 0 for reply in refusals)


async def test_s29_a_lock_survives_a_restart_and_ends_with_its_time(own_arena: Arenas) -> None:
    arena = await own_arena("sqlite", processes=1)
    person = await locked(arena)

    arena.servers[0].restart(SIGKILL)
    still = await guess(person, person.password)
    for counter in await arena.operator.stored(Attempts):
        if counter.locked_until is not None:
            past = counter.locked_until - timedelta(hours=1)
            await arena.operator.changed(counter.with_(locked_until=past))
    later = await guess(person, person.password)

    assert still.outcome == (423, "ACCOUNT_LOCKED")
    assert later.status == 200


@pytest.mark.parametrize("backend", ["sqlite", "mongo"])
@pytest.mark.parametrize(
    "credentials",
    [
        {"email": {"$gt": ""}},
        {"email": {"$ne": None}},
        {"email": ["a@example.com"]},
        {"email": None},
        {"email": 1},
        {"email": True},
        {},
        {"email": "a@example.com", "username": "ada"},
        {"username": {"$regex": ".*"}},
        {"email": "a@example.com", "password": {"$gt": ""}},
        {"email": "a@example.com", "password": None},
        {"email": "a@example.com", "password": ["x"]},
        {"email": "a@example.com", "password": "x" * (MEGABYTE - 200)},
        {"email": "x" * 10_000 + "@example.com"},
        {"email": "a@example.com", "role": "Superadmin"},
        {"$or": [{"email": "a@example.com"}]},
    ],
    ids=lambda it: str(it)[:40],
)
async def test_s32_credentials_of_another_shape_are_invalid(
    arenas: Arenas, backend: str, credentials: dict[str, object]
) -> None:
    arena = await arenas(backend)

    reply = await arena.x.post("/auth/login", {"password": WRONG} | credentials)

    assert reply.outcome == (422, "VALIDATION_ERROR")


async def test_s32_no_work_is_done_on_a_password_that_is_too_long(any_arena: Arena) -> None:
    caller = await any_arena.member()

    for _ in range(8):
        reply = await guess(caller, "x" * 1_000_000)
        assert reply.outcome == (422, "VALIDATION_ERROR")

    account = await any_arena.operator.one(Account, eq("email", caller.email))
    assert account.failed_attempts == 0
    assert (await guess(caller, caller.password)).data["user"]["id"] == str(UUID(caller.id))
