"""Roles and permissions over HTTP: nobody gives what they lack, nothing in use goes."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from moniqo.application.shared.query import eq
from moniqo.domain.audit.audit_log import AuditAction, AuditLog, AuditStatus
from support.asgi import Client, Reply
from support.house import House, open_house

ROLES, PERMISSIONS = "/api/v1/roles", "/api/v1/permissions"
NOBODY = "019bd6a2-7c00-7000-8000-00000000dead"
SYSTEM = ["Admin", "Moderator", "Superadmin", "User"]


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with open_house() as opened:
        yield opened


@pytest.fixture
async def king(house: House) -> Client:
    return await house.user("king", "Superadmin")


async def permission(king: Client, key: str) -> str:
    resource, _, action = key.partition(":")
    found = await king.get(f"{PERMISSIONS}?resource={resource}&action={action}")
    (one,) = found.data["items"]
    return str(one["id"])


async def role(king: Client, name: str) -> Any:
    (found,) = (await king.get(f"{ROLES}?name={name}")).data["items"]
    return found


async def made(king: Client, name: str, *keys: str) -> Any:
    held = [await permission(king, key) for key in keys]
    reply = await king.post(ROLES, {"name": name, "permission_ids": held})
    assert reply.status == 201, reply.json
    return reply.data


async def given(house: House, king: Client, name: str, role_id: str) -> Client:
    """A new user of the role, signed in."""
    user_id = await house.made(name)
    reply = await king.put(f"/api/v1/users/{user_id}/role", {"role_id": role_id})
    assert reply.status == 200, reply.json
    return await house.signed_in(name)


async def test_roles_are_listed_by_name(king: Client) -> None:
    page = (await king.get(ROLES)).data

    assert [item["name"] for item in page["items"]] == SYSTEM
    assert all(item["is_system"] for item in page["items"])
    assert (await king.get(f"{ROLES}/{page['items'][0]['id']}")).data == page["items"][0]


async def test_a_role_is_made_changed_and_removed(king: Client) -> None:
    read, write = [await permission(king, f"plans:{action}") for action in ("read", "write")]
    analyst = await made(king, "Analyst", "plans:read", "plans:read")
    path = f"{ROLES}/{analyst['id']}"

    patched = await king.patch(path, {"description": "Looks."})
    replaced = await king.put(path, {"name": "Seer", "permission_ids": [write, read, write]})
    emptied = await king.patch(path, {"permission_ids": []})
    removed = await king.delete(path)

    assert (analyst["permission_ids"], analyst["is_system"]) == ([read], False)
    assert (patched.data["name"], patched.data["description"]) == ("Analyst", "Looks.")
    assert (replaced.data["permission_ids"], replaced.data["description"]) == ([write, read], "")
    assert (emptied.data["name"], emptied.data["permission_ids"]) == ("Seer", [])
    assert (removed.status, (await king.get(path)).status) == (200, 404)
    assert len((await king.get(f"{ROLES}?include_deleted=true")).data["items"]) == 5
    assert (await king.post(ROLES, {"name": "Seer"})).status == 201


@pytest.mark.parametrize(
    "draft",
    [
        {"name": ""},
        {"name": "two\nlines"},
        {"name": "x", "is_system": True},
        {"name": "x", "permission_ids": [NOBODY]},
        {"name": "x", "permission_ids": ["users:read"]},
        {"name": "x", "permission_ids": None},
    ],
)
async def test_a_role_that_cannot_be_is_refused(king: Client, draft: dict[str, Any]) -> None:
    reply = await king.post(ROLES, draft)

    assert (reply.status, reply.code) == (422, "VALIDATION_ERROR")
    assert (await king.get(ROLES)).data["total"] == 4


async def test_a_name_is_taken_once(king: Client) -> None:
    analyst = await made(king, "Analyst")

    again = [await king.post(ROLES, {"name": name}) for name in ("Analyst", "ANALYST", "ａnalyst")]
    renamed = [
        await king.patch(f"{ROLES}/{analyst['id']}", {"name": name})
        for name in ("Superadmin", "superadmin", "uSER")
    ]
    own = await king.patch(f"{ROLES}/{analyst['id']}", {"name": "analyst"})

    refused = [(reply.status, reply.code, reply.faults) for reply in (*again, *renamed)]
    assert refused == [(409, "CONFLICT", {"name": "is taken"})] * 6
    assert (own.status, own.data["name"]) == (200, "analyst")


@pytest.mark.parametrize("name", SYSTEM)
async def test_system_roles_stay_as_they_are(king: Client, name: str) -> None:
    known = await role(king, name)
    path, held = f"{ROLES}/{known['id']}", known["permission_ids"]

    replies = [
        await king.put(path, {"name": "Other"}),
        await king.patch(path, {"description": "Other."}),
        await king.patch(path, {"permission_ids": []}),
        await king.delete(path),
        await king.post(f"{path}/permissions", {"permission_ids": held[:1]}),
        await king.delete(f"{path}/permissions/{held[0]}"),
    ]

    assert {(reply.status, reply.code) for reply in replies} == {(409, "INVALID_STATE")}
    assert await role(king, name) == known


async def test_what_a_role_may_do_is_felt_by_its_holders_at_once(
    house: House, king: Client
) -> None:
    analyst = await made(king, "Analyst", "roles:read")
    path = f"{ROLES}/{analyst['id']}"
    ann = await given(house, king, "ann", analyst["id"])
    users_read = await permission(king, "users:read")

    before = (await ann.get("/api/v1/users")).status
    granted = await king.post(f"{path}/permissions", {"permission_ids": [users_read]})
    during = (await ann.get("/api/v1/users")).status
    revoked = await king.delete(f"{path}/permissions/{users_read}")
    after = (await ann.get("/api/v1/users")).status

    assert (before, during, after) == (403, 200, 403)
    assert granted.data["permission_ids"] == [*analyst["permission_ids"], users_read]
    assert (revoked.status, revoked.data) == (200, None)
    assert (await king.delete(f"{path}/permissions/{users_read}")).status == 404
    rows = await house.all(
        AuditLog, eq("action", AuditAction.PERMISSION_CHANGE), eq("entity_type", "Role")
    )
    assert [row.status for row in rows] == [AuditStatus.SUCCESS] * 2


async def test_nobody_gives_a_role_what_they_lack(house: House, king: Client) -> None:
    keys = ("roles:read", "roles:write", "permissions:read", "users:manage_roles", "plans:read")
    maker = await given(house, king, "mia", (await made(king, "Maker", *keys))["id"])
    own, other = await permission(king, "plans:read"), await permission(king, "plans:write")
    theirs = await maker.post(ROLES, {"name": "Mine", "permission_ids": [own]})
    path = f"{ROLES}/{theirs.data['id']}"
    maker_role = await role(king, "Maker")

    refused = [
        await maker.post(ROLES, {"name": "More", "permission_ids": [own, other]}),
        await maker.put(path, {"name": "Mine", "permission_ids": [other]}),
        await maker.patch(path, {"permission_ids": [own, other]}),
        await maker.post(f"{path}/permissions", {"permission_ids": [other]}),
        await maker.post(f"{ROLES}/{maker_role['id']}/permissions", {"permission_ids": [other]}),
    ]

    assert {(reply.status, reply.code) for reply in refused} == {(403, "PERMISSION_DENIED")}
    assert "plans:write" in refused[0].json["message"]
    assert (await role(king, "Mine"))["permission_ids"] == [own]
    failures = await house.all(AuditLog, eq("status", AuditStatus.FAILURE))
    assert len(failures) == len(refused)


async def test_what_a_role_holds_already_may_stay_whoever_changes_it(
    house: House, king: Client
) -> None:
    strong = await made(king, "Strong", "plans:write", "plans:read")
    maker = await given(house, king, "mia", (await made(king, "Maker", "roles:write"))["id"])
    path = f"{ROLES}/{strong['id']}"

    kept = await maker.put(path, {"name": "Strong", "permission_ids": strong["permission_ids"]})
    less = await maker.patch(path, {"permission_ids": strong["permission_ids"][:1]})
    back = await maker.patch(path, {"permission_ids": strong["permission_ids"]})

    assert (kept.status, less.status, back.status) == (200, 200, 403)


async def test_a_role_in_use_stays(house: House, king: Client) -> None:
    analyst = await made(king, "Analyst")
    ann = await given(house, king, "ann", analyst["id"])
    path = f"{ROLES}/{analyst['id']}"

    refused = await king.delete(path)
    await ann.delete("/api/v1/users/me")
    removed = await king.delete(path)

    assert (refused.status, refused.code, removed.status) == (409, "INVALID_STATE", 200)


async def test_permissions_are_listed_and_read(king: Client) -> None:
    page = (await king.get(f"{PERMISSIONS}?limit=100")).data
    keys = [f"{item['resource']}:{item['action']}" for item in page["items"]]

    assert page["total"] == len(keys) == 31
    assert keys == sorted(keys)
    assert (await king.get(f"{PERMISSIONS}/{page['items'][0]['id']}")).data == page["items"][0]


async def signals(king: Client) -> Reply:
    return await king.post(PERMISSIONS, {"resource": "signals", "action": "read"})


async def test_a_new_permission_is_the_superadmins_who_can_give_it(king: Client) -> None:
    new = await signals(king)
    analyst = await king.post(ROLES, {"name": "Analyst", "permission_ids": [new.data["id"]]})
    path = f"{PERMISSIONS}/{new.data['id']}"

    held = await king.delete(path)
    await king.delete(f"{ROLES}/{analyst.data['id']}/permissions/{new.data['id']}")
    removed = await king.delete(path)

    assert (new.status, analyst.status) == (201, 201)
    assert (held.status, held.code) == (409, "INVALID_STATE")
    assert (removed.status, (await king.get(path)).status) == (200, 404)
    assert new.data["id"] not in (await role(king, "Superadmin"))["permission_ids"]
    assert "signals:read" not in (await king.get("/api/v1/users/me")).data["permissions"]


async def test_a_permission_is_changed_and_keeps_its_name_to_itself(king: Client) -> None:
    path = f"{PERMISSIONS}/{(await signals(king)).data['id']}"

    described = await king.patch(path, {"description": "May see signals."})
    renamed = await king.put(path, {"resource": "signals", "action": "see"})
    again = await signals(king)
    taken = await king.patch(path, {"action": "read"})

    assert described.data["description"] == "May see signals."
    assert (renamed.data["action"], renamed.data["description"]) == ("see", "")
    assert (again.status, taken.status, taken.code) == (201, 409, "CONFLICT")
    assert "signals:see" in (await king.get("/api/v1/users/me")).data["permissions"]
    for wrong in ({"resource": "Two Words"}, {"action": ""}, {"is_system": True}):
        assert (await king.patch(path, wrong)).status == 422


async def test_the_permissions_of_the_system_stay(king: Client) -> None:
    path = f"{PERMISSIONS}/{await permission(king, 'users:read')}"
    custom = f"{PERMISSIONS}/{(await signals(king)).data['id']}"

    replies = [
        await king.delete(path),
        await king.patch(path, {"action": "look"}),
        await king.put(path, {"resource": "people", "action": "read"}),
        await king.patch(custom, {"resource": "users"}),
    ]
    described = await king.patch(path, {"description": "May see users."})

    assert {(reply.status, reply.code) for reply in replies} == {(409, "INVALID_STATE")}
    assert described.status == 200


@pytest.mark.parametrize("path", [ROLES, PERMISSIONS])
async def test_admins_read_roles_and_permissions_and_change_none(
    house: House, king: Client, path: str
) -> None:
    admin = await house.user("root", "Admin")
    one = (await king.get(path)).data["items"][0]["id"]
    draft = {"name": "x"} if path == ROLES else {"resource": "x", "action": "y"}

    replies = [
        await admin.post(path, draft),
        await admin.put(f"{path}/{one}", draft),
        await admin.patch(f"{path}/{one}", {"description": "x"}),
        await admin.delete(f"{path}/{one}"),
        await admin.get(f"{path}?include_deleted=true"),
    ]

    assert (await admin.get(path)).status == (await admin.get(f"{path}/{one}")).status == 200
    assert {(reply.status, reply.code) for reply in replies} == {(403, "PERMISSION_DENIED")}
