"""What ends a session ends it at once, in every process, and only whose it is."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest

from support.arena import Arena, Arenas, Caller, Reply

Act = Callable[[Arena, Caller], Awaitable[Reply]]


async def alive(caller: Caller, number: int = 1) -> bool:
    """Whether the caller's access token counts in a process."""
    return (await caller.on(number).get("/users/me")).status == 200


async def refreshable(caller: Caller, number: int = 1) -> bool:
    token = {"refresh_token": caller.refresh_token}
    return (await caller.on(number).post("/auth/refresh", token)).status == 200


async def own_session(caller: Caller) -> str:
    """The id of the session that the caller is in."""
    items = (await caller.get("/auth/sessions")).data["items"]
    (found,) = [item["id"] for item in items if item["current"]]
    return str(found)


async def test_s40_signing_out_ends_this_session_at_once_elsewhere(race_arena: Arena) -> None:
    person = await race_arena.person()
    other = await race_arena.signed_in(person)

    assert (await person.post("/auth/logout")).status == 200

    assert not await alive(person)
    assert not await refreshable(person)
    assert await alive(other)
    assert (await person.post("/auth/logout")).status in {200, 401}


async def test_s40_signing_out_everywhere_ends_every_session(race_arena: Arena) -> None:
    person = await race_arena.person()
    others = [await race_arena.signed_in(person) for _ in range(3)]

    assert (await person.post("/auth/logout-all")).status == 200

    for caller in (person, *others):
        assert not await alive(caller)
        assert not await refreshable(caller)
    assert await alive(await race_arena.signed_in(person))


async def test_s40_somebody_ends_one_of_their_own_sessions_and_nobody_elses(arena: Arena) -> None:
    person = await arena.person()
    other = await arena.signed_in(person)
    session = await own_session(other)

    by_somebody_else = await arena.b.delete(f"/auth/sessions/{session}")
    still = await alive(other)
    by_themselves = await person.delete(f"/auth/sessions/{session}")
    again = await person.delete(f"/auth/sessions/{session}")

    assert by_somebody_else.outcome == (404, "NOT_FOUND")
    assert still
    assert by_themselves.status == 200
    assert not await alive(other)
    assert not await refreshable(other)
    assert await alive(person)
    assert again.status in {200, 404}


async def test_s41_a_changed_password_ends_the_other_sessions(race_arena: Arena) -> None:
    person = await race_arena.person()
    other = await race_arena.signed_in(person)
    new = race_arena.password()
    change = {"current_password": person.password, "new_password": new}

    assert (await person.post("/auth/change-password", change)).status == 200

    assert await alive(person)
    assert await refreshable(person)
    assert not await alive(other)
    assert not await refreshable(other)
    for password, status in ((person.password, 401), (new, 200)):
        reply = await person.on(1).post(
            "/auth/login", {"email": person.email, "password": password}
        )
        assert reply.status == status


async def test_s41_a_wrong_present_password_changes_nothing(arena: Arena) -> None:
    person = await arena.person()
    other = await arena.signed_in(person)
    change = {"current_password": "Wrong-Guess-7", "new_password": arena.password()}

    reply = await person.post("/auth/change-password", change)

    assert reply.outcome == (401, "INVALID_CREDENTIALS")
    assert await alive(other)
    assert await alive(await arena.signed_in(person))


async def test_s41_a_reset_ends_every_session(arena: Arena) -> None:
    person = await arena.person()
    assert (await person.post("/auth/forgot-password", {"email": person.email})).status < 300
    token = arena.plant(await arena.mailbox.token(person.email, "reset"))
    new = arena.password()

    done = await arena.x.post("/auth/reset-password", {"token": token, "password": new})

    assert done.status == 200
    assert not await alive(person)
    assert not await refreshable(person)
    for password, status in ((person.password, 401), (new, 200)):
        reply = await arena.x.post("/auth/login", {"email": person.email, "password": password})
        assert reply.status == status


async def deactivate(arena: Arena, person: Caller) -> Reply:
    return await arena.superadmin.post(f"/users/{person.id}/deactivate")


async def remove(arena: Arena, person: Caller) -> Reply:
    return await arena.superadmin.delete(f"/users/{person.id}")


async def remove_themselves(_: Arena, person: Caller) -> Reply:
    return await person.delete("/users/me")


async def end_sessions(arena: Arena, person: Caller) -> Reply:
    return await arena.superadmin.delete(f"/users/{person.id}/sessions")


@pytest.mark.parametrize("act", [deactivate, remove, remove_themselves, end_sessions])
async def test_s42_who_is_shut_out_is_out_at_the_next_request_elsewhere(
    race_arena: Arena, act: Act
) -> None:
    person = await race_arena.person()
    assert await alive(person)

    assert (await act(race_arena, person)).status == 200

    seen = await person.on(1).get("/users/me")
    assert seen.status in {401, 403}
    assert not await refreshable(person)


async def test_s42_who_comes_back_comes_back_without_old_tokens(arena: Arena) -> None:
    person = await arena.person()
    await deactivate(arena, person)

    assert (await arena.superadmin.post(f"/users/{person.id}/activate")).status == 200

    assert not await alive(person, 0)
    assert not await refreshable(person, 0)
    assert await alive(await arena.signed_in(person))


async def role_id(arena: Arena, name: str) -> str:
    roles = (await arena.superadmin.get("/roles", params={"name": name})).data["items"]
    (found,) = [role["id"] for role in roles if role["name"] == name]
    return str(found)


async def test_s42_who_gets_a_lesser_role_has_its_rights_at_the_next_request(
    race_arena: Arena,
) -> None:
    person = await race_arena.person("Admin")
    assert (await person.on(1).get("/users")).status == 200
    role = {"role_id": await role_id(race_arena, "User")}

    assert (await race_arena.superadmin.put(f"/users/{person.id}/role", role)).status == 200

    assert (await person.on(1).get("/users")).status in {401, 403}
    again = await race_arena.signed_in(person)
    assert (await again.on(1).get("/users")).outcome == (403, "PERMISSION_DENIED")


async def test_s42_a_permission_that_a_role_loses_is_gone_at_the_next_request(
    race_arena: Arena,
) -> None:
    boss, person = race_arena.superadmin, await race_arena.person()
    permissions = (await boss.get("/permissions", params={"limit": 500})).data["items"]
    (reading,) = [
        it["id"] for it in permissions if (it["resource"], it["action"]) == ("users", "read")
    ]
    role = (await boss.post("/roles", {"name": f"Reader {person.id[-8:]}"})).data["id"]
    given = await boss.post(f"/roles/{role}/permissions", {"permission_ids": [reading]})
    assert given.status in {200, 201}
    await boss.put(f"/users/{person.id}/role", {"role_id": role})
    reader = await race_arena.signed_in(person)
    assert (await reader.on(1).get("/users")).status == 200

    taken = await boss.delete(f"/roles/{role}/permissions/{reading}")

    assert taken.status == 200
    assert (await reader.on(1).get("/users")).outcome == (403, "PERMISSION_DENIED")


async def test_s50_sign_ins_in_flight_leave_room_for_others(own_arena: Arenas) -> None:
    arena = await own_arena("sqlite", processes=1, BCRYPT_COST="9", HASHING_THREADS="1")
    person = await arena.member()
    credentials = {"email": person.email, "password": person.password}
    waits: list[float] = []

    logins = asyncio.create_task(
        arena.at_once(100, lambda _: arena.x.post("/auth/login", credentials))
    )
    await asyncio.sleep(0.3)
    while not logins.done():
        began = time.monotonic()
        assert (await arena.x.get("/health/live")).status == 200
        waits.append(time.monotonic() - began)
        await asyncio.sleep(0.02)
    replies = await logins

    refused = [reply for reply in replies if reply.status != 200]
    assert {reply.status for reply in refused} <= {429, 503}
    assert refused
    assert all(int(reply.header("retry-after") or 0) > 0 for reply in refused)
    assert sorted(waits)[len(waits) * 9 // 10] < 0.5
    for reply in replies:
        if reply.status == 200:
            arena.holding(person, reply.data)
