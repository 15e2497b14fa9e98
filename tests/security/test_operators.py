"""What operators may do, what they may not, and what holds whoever is quicker."""

import asyncio
import time
from collections import Counter
from uuid import UUID, uuid4

import pytest

from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.query import eq
from moniqo.domain.agents.flow import Flow, FlowStatus
from moniqo.domain.agents.run import FlowRun
from moniqo.domain.audit.audit_log import AuditLog, AuditStatus
from moniqo.domain.identity.account import Account
from moniqo.domain.identity.role import Permission, Role
from moniqo.domain.identity.user import User
from moniqo.domain.notifications.notification import Notification
from moniqo.domain.shared.ids import NotificationId, UserId
from moniqo.domain.trading.order import Order
from support.access_matrix import ENDING, MATRIX_ROLES, path_of, rows
from support.arena import Arena, Arenas, Caller
from support.arena.estate import estate_of, until
from support.arena.routes import routes
from support.described import body_of, headers_of
from support.store import CountingIds

CALLERS = ("anonymous", *MATRIX_ROLES, "deactivated", "unverified")
MADE = {"201": {"201", "400", "409"}}
"""What was made by an earlier caller cannot be made again: who may has come as far."""


async def caller_of(arena: Arena, who: str) -> Caller:
    """Somebody new in a session."""
    if who == "anonymous":
        return arena.x
    person = await arena.person(who if who in MATRIX_ROLES else "User")
    account = await arena.operator.one(Account, eq("email", person.email))
    if who == "deactivated":
        await arena.operator.changed(account.with_(is_active=False))
    if who == "unverified":
        await arena.operator.changed(account.with_(is_verified=False))
    return person


@pytest.mark.parametrize("who", CALLERS)
async def test_s06_everybody_gets_the_answers_of_the_matrix(arena: Arena, who: str) -> None:
    table, wrong = rows(), {}
    caller = await caller_of(arena, who)

    for route in routes():
        if not route.operation["security"]:
            continue
        name, headers = str(route), dict(headers_of(str(route)))
        titled = {key.decode().title(): value.decode() for key, value in headers.items()}
        reply = await caller.send(
            route.method, path_of(route.template), body=body_of(name) or None, headers=titled
        )
        expected = table[name][who]
        # The password in the example is nobody's here: who gets to hear so has come in.
        is_let_in = reply.code == "INVALID_CREDENTIALS"
        if not is_let_in and str(reply.status) not in MADE.get(expected, {expected}):
            wrong[name] = (expected, reply.outcome)
        if name in ENDING and who in MATRIX_ROLES:
            caller = await caller_of(arena, who)

    assert wrong == {}


async def test_s11_an_admin_gets_no_further_than_an_admin(race_arena: Arena) -> None:
    arena, admin = race_arena, await race_arena.person("Admin")
    other = await arena.person()
    boss = await arena.person("Superadmin")
    roles = {item["name"]: item for item in (await admin.get("/roles")).data["items"]}
    rights = (await admin.get("/permissions?limit=100")).data["items"]
    lacking = [it["id"] for it in rights if (it["resource"], it["action"]) == ("roles", "write")]
    top, own = roles["Superadmin"]["id"], roles["Admin"]["id"]

    replies = [
        await admin.put(f"/users/{admin.id}/role", {"role_id": top}),
        await admin.put(f"/users/{other.id}/role", {"role_id": top}),
        await admin.post(f"/roles/{own}/permissions", {"permission_ids": lacking}),
        await admin.post("/roles", {"name": uuid4().hex, "permission_ids": lacking}),
        await admin.patch(f"/roles/{own}", {"permission_ids": lacking}),
        await admin.delete(f"/roles/{own}"),
        await admin.patch(f"/users/{boss.id}", {"first_name": "Eve"}),
        await admin.put(f"/users/{boss.id}/role", {"role_id": own}),
        await admin.post(f"/users/{boss.id}/deactivate"),
        await admin.delete(f"/users/{boss.id}/sessions"),
        await admin.delete(f"/users/{boss.id}"),
    ]

    assert Counter(it.outcome for it in replies) == {(403, "PERMISSION_DENIED"): len(replies)}
    assert (await boss.get("/users/me")).data["first_name"] == "Test"
    assert (await admin.get("/users/me")).data["role"] == "Admin"
    failures = (eq("user_id", UUID(admin.id)), eq("status", AuditStatus.FAILURE))
    assert await arena.operator.count(AuditLog, *failures) == len(replies)


async def test_s11_a_system_role_stays_as_it_is(race_arena: Arena) -> None:
    king = race_arena.superadmin
    for role in (await king.get("/roles?is_system=true")).data["items"]:
        path, held = f"/roles/{role['id']}", role["permission_ids"]
        replies = [
            await king.patch(path, {"name": "Other"}),
            await king.patch(path, {"permission_ids": []}),
            await king.post(f"{path}/permissions", {"permission_ids": held}),
            await king.delete(f"{path}/permissions/{held[0]}"),
            await king.delete(path),
        ]
        assert Counter(it.outcome for it in replies) == {(409, "INVALID_STATE"): len(replies)}
        assert (await king.get(path)).data == role


async def test_s11_the_last_superadmin_stays_whoever_leaves_at_once(
    race_arena: Arena, own_arena: Arenas
) -> None:
    arena = await own_arena(race_arena.backend)
    role = await arena.operator.one(Role, eq("name", "Superadmin"))
    lesser = await arena.operator.one(Role, eq("name", "User"))
    others = [await arena.person("Superadmin") for _ in range(19)]
    crowd = [arena.superadmin, *others]
    ways = (
        lambda who, whom: who.delete(f"/users/{whom.id}"),
        lambda who, whom: who.post(f"/users/{whom.id}/deactivate"),
        lambda who, whom: who.put(f"/users/{whom.id}/role", {"role_id": str(lesser.id)}),
    )

    replies = await arena.at_once(20, lambda n: ways[n % 3](crowd[n].on(n), crowd[(n + 1) % 20]))

    users = await arena.operator.stored(User, eq("role_id", role.id))
    able = [
        user
        for user in users
        if await arena.operator.count(
            Account, eq("id", user.account_id), eq("is_active", value=True)
        )
    ]
    assert {reply.status for reply in replies} <= {200, 401, 403, 404, 409}
    assert len(able) == 20 - sum(reply.status == 200 for reply in replies) >= 1


async def test_s43_nothing_more_is_traded_for_somebody_who_is_shut_out(
    race_arena: Arena,
) -> None:
    arena, person = race_arena, await race_arena.person()
    estate = await estate_of(arena, person)
    path = f"/users/me/flows/{estate.ids['flow_id']}"
    orders = await arena.operator.count(Order, eq("user_id", UserId(UUID(person.id))))

    replies = await asyncio.gather(
        arena.admin.post(f"/users/{person.id}/deactivate"),
        *(person.on(n).post(f"{path}/runs") for n in range(4)),
    )

    flow_id = UUID(estate.ids["flow_id"])

    async def paused() -> bool:
        flow = await arena.operator.one(Flow, eq("id", flow_id))
        return flow.status is FlowStatus.PAUSED

    async def over() -> bool:
        runs = await arena.operator.stored(FlowRun, eq("flow_id", flow_id))
        return all(run.is_final for run in runs)

    assert replies[0].status == 200
    assert (await person.on(1).post(f"{path}/runs")).status in {401, 403}
    await until(paused)
    await until(over)
    assert await arena.operator.count(Order, eq("user_id", UserId(UUID(person.id)))) == orders


async def test_s96_nobody_has_a_role_that_is_gone(race_arena: Arena) -> None:
    arena, king = race_arena, race_arena.superadmin
    members = [await arena.member() for _ in range(19)]
    for _ in range(3):
        role = (await king.post("/roles", {"name": uuid4().hex})).data["id"]

        replies = await arena.at_once(
            20,
            lambda n, role=role: (
                king.on(n).delete(f"/roles/{role}")
                if n == 7
                else king.on(n).put(f"/users/{members[n % 19].id}/role", {"role_id": role})
            ),
        )

        holders = await arena.operator.count(User, eq("role_id", UUID(role)))
        kept = await arena.operator.count(Role, eq("id", UUID(role)))
        statuses = Counter(reply.status for reply in replies)
        assert bool(holders) == bool(kept), statuses
        assert set(statuses) <= {200, 409, 422}
        for member in members:
            assert (await king.get(f"/users/{member.id}")).status == 200


async def test_s96_no_role_holds_a_permission_that_is_gone(race_arena: Arena) -> None:
    arena, king = race_arena, race_arena.superadmin
    roles = [(await king.post("/roles", {"name": uuid4().hex})).data["id"] for _ in range(19)]
    for _ in range(3):
        draft = {"resource": "signals", "action": f"a{uuid4().hex}"}
        right = (await king.post("/permissions", draft)).data["id"]

        replies = await arena.at_once(
            20,
            lambda n, right=right: (
                king.on(n).delete(f"/permissions/{right}")
                if n == 7
                else king.on(n).post(
                    f"/roles/{roles[n % 19]}/permissions", {"permission_ids": [right]}
                )
            ),
        )

        kept = await arena.operator.count(Permission, eq("id", UUID(right)))
        holders = [
            role
            for role in await arena.operator.stored(Role)
            if UUID(right) in role.permission_ids and not role.is_system
        ]
        assert bool(holders) == bool(kept)
        assert {reply.status for reply in replies} <= {200, 409, 422}


async def test_s99_a_large_export_takes_little_memory_and_keeps_nobody_waiting(
    arena: Arena,
) -> None:
    person = await arena.person()
    ids = CountingIds()
    rows_of = [
        Notification(
            id=NotificationId(ids.new()),
            user_id=UserId(UUID(person.id)),
            kind="run_failed",
            title=f"Number {at}",
            description="x" * 2000,
        )
        for at in range(6_000)
    ]
    async with (await arena.operator.container.get(UnitOfWork))() as tx:
        await tx[Notification].add_many(rows_of)
    before = arena.memory()

    async def waited() -> float:
        began = time.perf_counter()
        assert (await arena.b.get("/users/me")).status == 200
        return time.perf_counter() - began

    exports = asyncio.gather(*(person.on(n).get("/users/me/export") for n in range(4)))
    waits = []
    while not exports.done():
        waits.append(await waited())
        await asyncio.sleep(0.02)
    replies = await exports

    assert {len(reply.data["notifications"]) for reply in replies} == {6_000}
    assert arena.memory() - before < 50_000_000
    assert sorted(waits)[int(len(waits) * 0.9)] < 1
