"""Users over HTTP: what people do with their own accounts, and operators with those of others."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest

from moniqo.application.shared.query import eq
from moniqo.domain.audit.audit_log import AuditAction, AuditLog, AuditStatus
from moniqo.domain.audit.outbox_event import OutboxEvent
from moniqo.domain.identity.session import RevokeReason, Session
from support.asgi import JSON_TYPE, Client, Reply
from support.house import PASSWORD, House, open_house
from support.pictures import picture
from support.uploads import FORM_TYPE, upload

USERS = "/api/v1/users"
ME = f"{USERS}/me"
NOBODY = "019bd6a2-7c00-7000-8000-00000000dead"


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with open_house() as opened:
        yield opened


@pytest.fixture
async def ada(house: House) -> Client:
    return await house.user("ada")


@pytest.fixture
async def admin(house: House) -> Client:
    return await house.user("root", "Admin")


@pytest.fixture
async def king(house: House) -> Client:
    return await house.user("king", "Superadmin")


async def id_of(client: Client) -> str:
    found: str = (await client.get(ME)).data["id"]
    return found


async def role_id(king: Client, name: str) -> str:
    found: str = (await king.get(f"/api/v1/roles?name={name}")).data["items"][0]["id"]
    return found


async def log_in(house: House, name: str) -> Reply:
    credentials = {"email": f"{name}@example.com", "password": PASSWORD}
    return await house.client.post("/api/v1/auth/login", credentials)


async def test_a_profile_is_changed_field_by_field_or_as_a_whole(ada: Client) -> None:
    changed = await ada.patch(
        ME,
        {
            "username": "Countess",
            "birthday": {"day": 10, "month": 12, "year": 1985},
            "phone_number": {"country_code": "49", "mobile_number": "15112345678"},
        },
    )
    renamed = await ada.patch(ME, {"first_name": "Augusta"})
    replaced = await ada.put(ME, {"first_name": "Ada", "last_name": "King"})

    assert changed.data["username"] == "countess"
    assert changed.data["phone_number"]["country_code"] == "+49"
    assert (renamed.data["full_name"], renamed.data["username"]) == ("Augusta Tester", "countess")
    assert replaced.data["full_name"] == "Ada King"
    assert replaced.data["username"] is replaced.data["birthday"] is None
    assert replaced.data["version"] == changed.data["version"] + 2
    assert (await ada.get(ME)).data == replaced.data


@pytest.mark.parametrize(
    "more",
    [
        {"email": "other@example.com"},
        {"role": "Superadmin"},
        {"role_id": NOBODY},
        {"is_verified": True},
        {"is_active": True},
        {"id": NOBODY},
        {"avatar_key": "avatars/x"},
        {"password": PASSWORD},
        {"birthday": {"day": 1, "month": 1, "year": 1800}},
        {"phone_number": {"country_code": "+49", "mobile_number": "1234"}},
        {"username": "no spaces"},
        {"first_name": "\u0000"},
    ],
)
async def test_what_is_no_part_of_a_profile_or_cannot_be_is_refused(
    ada: Client, more: dict[str, Any]
) -> None:
    before = (await ada.get(ME)).data

    patched = await ada.patch(ME, more)
    put = await ada.put(ME, {"first_name": "Eve", "last_name": "Eve"} | more)

    assert (patched.status, put.status) == (422, 422)
    assert set(patched.faults) <= {*more, *(f"{name}.mobile_number" for name in more)}
    assert (await ada.get(ME)).data == before


async def test_a_username_of_somebody_else_is_a_conflict(house: House, ada: Client) -> None:
    eve = await house.user("eve")
    await ada.patch(ME, {"username": "ada"})

    reply = await eve.patch(ME, {"username": "ADA", "first_name": "Evil"})

    assert (reply.status, reply.code, set(reply.faults)) == (409, "CONFLICT", {"username"})
    assert (await eve.get(ME)).data["first_name"] == "Eve"


async def test_a_profile_changes_only_from_the_version_that_was_seen(ada: Client) -> None:
    seen = (await ada.get(ME)).header("etag") or ""
    await ada.patch(ME, {"username": "first"})

    late = await ada.send(
        "PATCH",
        ME,
        body=b'{"username": "second"}',
        headers=(JSON_TYPE, (b"if-match", seen.encode())),
    )

    assert (late.status, late.code) == (412, "PRECONDITION_FAILED")


async def test_who_deletes_their_account_is_out_and_their_names_are_free(
    house: House, ada: Client
) -> None:
    await ada.patch(ME, {"username": "countess"})
    other = await house.signed_in("ada")

    gone = await ada.delete(ME)

    assert (gone.status, gone.data) == (200, None)
    assert [(await one.get(ME)).status for one in (ada, other)] == [401, 401]
    assert (await log_in(house, "ada")).code == "INVALID_CREDENTIALS"
    again = await house.user("ada")
    assert (await again.patch(ME, {"username": "countess"})).status == 200


async def test_everybody_is_listed_with_role_and_permissions(ada: Client, admin: Client) -> None:
    page = (await admin.get(f"{USERS}?sort=email")).data

    assert [item["email"] for item in page["items"]] == ["ada@example.com", "root@example.com"]
    assert page["items"][0] == (await ada.get(ME)).data
    assert page["items"][1]["role"] == "Admin"
    assert (page["total"], page["has_more"]) == (2, False)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("email=ADA@example.com", "ada"),
        ("username=countess", "ada"),
        ("q=COUNT", "ada"),
        ("q=tester&is_active=true", "ada,eve,root"),
        ("is_active=false", "bob"),
        ("is_verified=false", ""),
        ("q=root", "root"),
        ("created_after=2030-01-01T00:00:00Z", ""),
        ("created_before=2030-01-01T00:00:00Z&q=example.com", "ada,bob,eve,root"),
    ],
)
async def test_users_are_found_by_fields_of_user_and_account(
    house: House, ada: Client, admin: Client, query: str, names: str
) -> None:
    await ada.patch(ME, {"username": "countess"})
    await house.made("eve")
    await house.deactivated(await house.made("bob"))

    page = (await admin.get(f"{USERS}?sort=first_name&{query}")).data

    found = [item["email"].partition("@")[0] for item in page["items"]]
    assert ",".join(found) == names
    assert page["total"] == len(found)


async def test_users_are_found_by_their_role(ada: Client, king: Client) -> None:
    ordinary = await role_id(king, "User")

    found = (await king.get(f"{USERS}?role_id={ordinary}")).data["items"]

    assert [item["id"] for item in found] == [await id_of(ada)]


async def test_a_list_goes_on_from_its_cursor(house: House, admin: Client) -> None:
    for name in ("ann", "ben", "cid"):
        await house.made(name)

    emails, query = [], "sort=-email&limit=2"
    cursor: str | None = ""
    while cursor is not None:
        page = (await admin.get(f"{USERS}?{query}{cursor and f'&cursor={cursor}'}")).data
        emails += [item["email"][:3] for item in page["items"]]
        cursor = page["next_cursor"]

    assert emails == ["roo", "cid", "ben", "ann"]


@pytest.mark.parametrize("query", ["sort=password_hash", "sort=role", "q=", "role=Admin", "q=%00"])
async def test_a_list_of_users_takes_what_is_described_only(admin: Client, query: str) -> None:
    assert (await admin.get(f"{USERS}?{query}")).status == 422


async def test_removed_users_are_shown_to_whoever_may_remove(
    house: House, ada: Client, admin: Client
) -> None:
    gone = await id_of(ada)
    await ada.delete(ME)
    mod = await house.user("mod", "Moderator")

    shown = (await admin.get(f"{USERS}?include_deleted=true&email=ada@example.com")).data["items"]
    hidden = (await admin.get(f"{USERS}?email=ada@example.com")).data

    assert [(item["id"], item["deleted_at"] is None) for item in shown] == [(gone, False)]
    assert (hidden["items"], hidden["total"]) == ([], 0)
    assert (await mod.get(f"{USERS}?include_deleted=true")).status == 403
    assert (await admin.get(f"{USERS}/{gone}")).status == 404


async def test_one_sees_oneself_and_operators_see_anybody_which_is_audited(
    house: House, ada: Client, admin: Client
) -> None:
    eve, ada_id = await house.user("eve"), await id_of(ada)

    own = await ada.get(f"{USERS}/{ada_id}")
    strange = await eve.get(f"{USERS}/{ada_id}")
    absent = await eve.get(f"{USERS}/{NOBODY}")
    by_admin = await admin.get(f"{USERS}/{ada_id}")

    rows = await house.all(AuditLog, eq("action", AuditAction.READ), eq("entity_id", UUID(ada_id)))
    assert own.data == by_admin.data
    assert (strange.status, strange.json["message"]) == (404, absent.json["message"])
    assert [str(row.user_id) for row in rows] == [await id_of(admin)]
    assert (await admin.get(f"{USERS}/{NOBODY}")).status == 404


async def test_an_invited_user_is_verified_and_has_no_password_that_anybody_knows(
    house: House, admin: Client
) -> None:
    made = await admin.post(
        USERS, {"email": "New@Example.com", "first_name": "Nia", "last_name": "New"}
    )

    (event,) = await house.all(OutboxEvent, eq("name", "UserInvited"))
    assert (made.status, made.data["role"], made.data["is_verified"]) == (201, "User", True)
    assert event.payload == {"user_id": made.data["id"]}
    assert (await log_in(house, "new")).code == "INVALID_CREDENTIALS"


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"email": "ROOT@example.com"}, 400, "EMAIL_ALREADY_REGISTERED"),
        ({"username": "taken"}, 400, "USERNAME_TAKEN"),
        ({"email": "none"}, 422, "VALIDATION_ERROR"),
        ({"password": PASSWORD}, 422, "VALIDATION_ERROR"),
        ({"role_id": NOBODY}, 422, "VALIDATION_ERROR"),
        ({"is_verified": False}, 422, "VALIDATION_ERROR"),
        ({"birthday": {"day": 1, "month": 1, "year": 2999}}, 422, "VALIDATION_ERROR"),
    ],
)
async def test_an_invitation_that_cannot_be_is_refused(
    admin: Client, more: dict[str, Any], status: int, code: str
) -> None:
    await admin.patch(ME, {"username": "taken"})
    new = {"email": "new@example.com", "first_name": "Nia", "last_name": "New"}

    reply = await admin.post(USERS, new | more)

    assert (reply.status, reply.code) == (status, code)
    assert (await admin.get(USERS)).data["total"] == 1


@pytest.mark.parametrize(
    ("who", "role", "status"),
    [
        ("Moderator", "User", 201),
        ("Moderator", "Moderator", 403),
        ("Admin", "Moderator", 201),
        ("Admin", "Admin", 201),
        ("Admin", "Superadmin", 403),
        ("Superadmin", "Superadmin", 201),
    ],
)
async def test_nobody_invites_somebody_who_may_do_more(
    house: House, king: Client, who: str, role: str, status: int
) -> None:
    operator = await house.user("operator", who)
    new = {"email": "new@example.com", "first_name": "Nia", "last_name": "New"}

    reply = await operator.post(USERS, new | {"role_id": await role_id(king, role)})

    assert reply.status == status


async def test_an_operator_changes_the_profile_of_a_user(ada: Client, admin: Client) -> None:
    path = f"{USERS}/{await id_of(ada)}"

    changed = await admin.patch(path, {"last_name": "King"})
    replaced = await admin.put(path, {"first_name": "Augusta", "last_name": "King"})

    assert changed.data["full_name"] == "Ada King"
    assert replaced.data == (await ada.get(ME)).data
    assert (await admin.patch(path, {"email": "x@example.com"})).status == 422
    assert (await admin.patch(f"{USERS}/{NOBODY}", {"first_name": "No"})).status == 404


async def test_deactivation_is_felt_at_once_and_tokens_stay_dead(
    house: House, ada: Client, admin: Client
) -> None:
    path = f"{USERS}/{await id_of(ada)}"
    tokens = (await log_in(house, "ada")).data

    shut = await admin.post(f"{path}/deactivate")
    refused = await ada.get(ME)
    refresh = {"refresh_token": tokens["refresh_token"]}
    refreshed = await house.client.post("/api/v1/auth/refresh", refresh)
    at_login = await log_in(house, "ada")
    opened = await admin.post(f"{path}/activate")

    assert (shut.data["is_active"], opened.data["is_active"]) == (False, True)
    assert refused.status in (401, 403)
    assert refreshed.status in (401, 403)
    assert (at_login.status, at_login.code) == (403, "ACCOUNT_INACTIVE")
    assert (await ada.get(ME)).status == 401
    assert (await house.client.post("/api/v1/auth/refresh", refresh)).status == 401
    assert (await log_in(house, "ada")).status == 200
    twice = [(await admin.post(f"{path}/activate")).status for _ in range(2)]
    assert twice == [200, 200]


async def test_removal_and_restoring(house: House, ada: Client, admin: Client) -> None:
    path = f"{USERS}/{await id_of(ada)}"

    removed = await admin.delete(path)
    absent = [(await admin.get(path)).status, (await admin.delete(path)).status]
    restored = await admin.post(f"{path}/restore")
    twice = await admin.post(f"{path}/restore")

    assert (removed.status, absent) == (200, [404, 404])
    assert (restored.status, restored.data["email"]) == (200, "ada@example.com")
    assert (twice.status, twice.code) == (409, "INVALID_STATE")
    done = (eq("action", AuditAction.UPDATE), eq("status", AuditStatus.SUCCESS))
    told = await house.all(AuditLog, *done, eq("entity_type", "User"))
    assert (told[-1].old_values["deleted_at"] is None, told[-1].new_values["deleted_at"]) == (
        False,
        None,
    )
    assert (await ada.get(ME)).status == 401
    assert (await log_in(house, "ada")).status == 200


async def test_nobody_is_restored_whose_address_is_taken(
    house: House, ada: Client, admin: Client
) -> None:
    path = f"{USERS}/{await id_of(ada)}"
    await ada.delete(ME)
    await house.made("ada")

    reply = await admin.post(f"{path}/restore")

    assert (reply.status, reply.code, set(reply.faults)) == (409, "CONFLICT", {"email"})


async def test_an_operator_signs_somebody_out_everywhere(
    house: House, ada: Client, admin: Client
) -> None:
    ada_id = await id_of(ada)

    ended = await admin.delete(f"{USERS}/{ada_id}/sessions")

    (session,) = await house.all(Session, eq("user_id", UUID(ada_id)))
    (row,) = await house.all(AuditLog, eq("action", AuditAction.LOGOUT))
    assert (ended.status, session.revoke_reason) == (200, RevokeReason.ENDED_BY_OPERATOR)
    assert (str(row.entity_id), row.description) == (ada_id, "sessions ended by an operator: 1")
    assert (await ada.get(ME)).status == 401
    assert (await log_in(house, "ada")).status == 200


async def test_another_role_ends_the_sessions_and_holds_from_the_next(
    house: House, ada: Client, king: Client
) -> None:
    path = f"{USERS}/{await id_of(ada)}/role"
    admin_role = await role_id(king, "Admin")

    changed = await king.put(path, {"role_id": admin_role})

    rows = await house.all(AuditLog, eq("action", AuditAction.PERMISSION_CHANGE))
    assert (changed.data["role"], changed.data["is_admin"]) == ("Admin", True)
    assert [str(row.new_values["role_id"]) for row in rows] == [admin_role]
    assert (await ada.get(ME)).status == 401
    promoted = await house.signed_in("ada")
    assert (await king.put(path, {"role_id": admin_role})).status == 200
    assert (await promoted.get(USERS)).status == 200


OPERATIONS = {
    "PUT": {"first_name": "Eve", "last_name": "Eve"},
    "PATCH": {"first_name": "Eve"},
    "DELETE": None,
    "POST /deactivate": None,
    "POST /activate": None,
    "DELETE /sessions": None,
    "PUT /role": {"role_id": NOBODY},
}


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("who", ["Moderator", "Admin"])
async def test_an_account_that_may_do_more_is_out_of_reach(
    house: House, king: Client, operation: str, who: str
) -> None:
    operator = await house.user("operator", who)
    method, _, step = operation.partition(" ")
    payload = OPERATIONS[operation]
    sent = b"" if payload is None else json.dumps(payload).encode()

    path = f"{USERS}/{await id_of(king)}{step}"
    reply = await operator.send(method, path, body=sent, headers=(JSON_TYPE,) if sent else ())

    assert (reply.status, reply.code) == (403, "PERMISSION_DENIED")
    assert (await king.get(ME)).data["first_name"] == "King"


async def test_a_moderator_does_not_shut_an_admin_out(house: House, admin: Client) -> None:
    mod = await house.user("mod", "Moderator")

    reply = await mod.post(f"{USERS}/{await id_of(admin)}/deactivate")

    failures = await house.all(AuditLog, eq("status", AuditStatus.FAILURE))
    assert reply.status == 403
    assert (await admin.get(ME)).status == 200
    assert [str(row.entity_id) for row in failures] == [await id_of(admin)]


async def test_nobody_gives_a_role_that_holds_more_than_their_own(
    house: House, ada: Client, king: Client
) -> None:
    admin = await house.user("root", "Admin")
    superadmin = await role_id(king, "Superadmin")

    for subject in (ada, admin):
        path = f"{USERS}/{await id_of(subject)}/role"
        reply = await admin.put(path, {"role_id": superadmin})
        assert (reply.status, reply.code) == (403, "PERMISSION_DENIED")

    assert (await ada.get(ME)).data["role"] == "User"
    assert (await admin.get(ME)).data["role"] == "Admin"


async def test_a_role_that_does_not_exist_is_given_to_nobody(ada: Client, king: Client) -> None:
    path = f"{USERS}/{await id_of(ada)}/role"

    reply = await king.put(path, {"role_id": NOBODY})

    assert (reply.status, reply.faults) == (422, {"role_id": "refers to nothing that exists"})


@pytest.mark.parametrize("way", ["leave", "remove", "deactivate", "demote"])
async def test_the_last_superadmin_stays(house: House, king: Client, way: str) -> None:
    king_id = await id_of(king)
    # Neither of these could take over.
    await house.deactivated(await house.made("shut", "Superadmin"))
    gone = await house.user("gone", "Superadmin")
    await gone.delete(ME)

    replies = {
        "leave": lambda: king.delete(ME),
        "remove": lambda: king.delete(f"{USERS}/{king_id}"),
        "deactivate": lambda: king.post(f"{USERS}/{king_id}/deactivate"),
        "demote": lambda: _demoted(king, king_id),
    }
    reply = await replies[way]()

    assert (reply.status, reply.code) == (409, "INVALID_STATE")
    assert (await king.get(ME)).data["role"] == "Superadmin"


async def _demoted(king: Client, user_id: str) -> Reply:
    return await king.put(f"{USERS}/{user_id}/role", {"role_id": await role_id(king, "Admin")})


async def test_of_two_superadmins_who_remove_each_other_one_stays(
    house: House, king: Client
) -> None:
    queen = await house.user("queen", "Superadmin")
    king_id, queen_id = await id_of(king), await id_of(queen)

    replies = await asyncio.gather(
        king.delete(f"{USERS}/{queen_id}"), queen.delete(f"{USERS}/{king_id}")
    )

    assert sorted(reply.status for reply in replies) in ([200, 401], [200, 409])


async def test_a_superadmin_leaves_where_there_is_another(house: House, king: Client) -> None:
    await house.made("queen", "Superadmin")

    assert (await king.delete(ME)).status == 200


async def test_whoever_had_a_role_that_is_gone_comes_back_as_an_ordinary_user(
    ada: Client, king: Client
) -> None:
    made = await king.post("/api/v1/roles", {"name": "Analyst"})
    path = f"{USERS}/{await id_of(ada)}"
    await king.put(f"{path}/role", {"role_id": made.data["id"]})
    await king.delete(path)
    await king.delete(f"/api/v1/roles/{made.data['id']}")

    restored = await king.post(f"{path}/restore")

    assert (restored.status, restored.data["role"]) == (200, "User")


async def test_a_tag_of_something_else_opens_no_change_of_ones_own(ada: Client) -> None:
    settings = (await ada.get(f"{ME}/settings")).header("etag").encode()
    profile = (await ada.get(ME)).header("etag").encode()

    refused, taken = [
        await ada.send(
            "PATCH",
            ME,
            body=json.dumps({"first_name": name}).encode(),
            headers=(JSON_TYPE, (b"if-match", tag)),
        )
        for name, tag in (("Eve", settings), ("Eva", profile))
    ]

    assert (refused.status, refused.code) == (412, "PRECONDITION_FAILED")
    assert (taken.status, taken.data["first_name"]) == (200, "Eva")


@pytest.mark.parametrize("thing", ["", "/avatar"])
async def test_a_tag_of_something_else_opens_no_removal_of_ones_own(
    ada: Client, thing: str
) -> None:
    await ada.send("POST", f"{ME}/avatar", body=upload(picture()), headers=(FORM_TYPE,))
    settings = (await ada.get(f"{ME}/settings")).header("etag").encode()
    profile = (await ada.get(ME)).header("etag").encode()

    refused, taken = [
        await ada.send("DELETE", ME + thing, headers=((b"if-match", tag),))
        for tag in (settings, profile)
    ]

    assert (refused.status, refused.code) == (412, "PRECONDITION_FAILED")
    assert taken.status == 200


async def test_a_refusal_is_told_as_it_is_to_who_knows_the_version(
    house: House, king: Client
) -> None:
    tag = (await king.get(ME)).header("etag").encode()

    refused = await king.send("DELETE", ME, headers=((b"if-match", tag),))

    assert (refused.status, refused.code) == (409, "INVALID_STATE")
    told = eq("status", AuditStatus.FAILURE), eq("request_id", refused.json["request_id"])
    assert len(await house.all(AuditLog, *told)) == 1
