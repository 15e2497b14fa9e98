"""Which entries each action leaves: one for each thing that was done or refused, and no other."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.query import Listing, eq
from moniqo.domain.audit.audit_log import AuditLog
from support.asgi import JSON_TYPE, Client, Reply
from support.house import PASSWORD, House, open_house

OTHER = "Other-Horse-7"
NOBODY = "018f0000-0000-7000-8000-000000000000"


@dataclass
class Office:
    """An application, an operator, somebody else, and what the last request left."""

    house: House
    root: Client
    ada: Client
    ada_id: str
    roles: dict[str, str]
    requests: int = field(default=0)

    async def send(
        self, who: Client, method: str, path: str, payload: object = None
    ) -> tuple[Reply, list[tuple[str, str, str]]]:
        """The answer, and (action, kind, status) of each entry that it left."""
        self.requests += 1
        request_id = f"r-{self.requests}"
        body = b"" if payload is None else json.dumps(payload).encode()
        headers = ((b"x-request-id", request_id.encode()), *((JSON_TYPE,) if body else ()))
        reply = await who.send(method, f"/api/v1{path}", body=body, headers=headers)
        async with (await self.house.container.get(UnitOfWork))() as tx:
            listing = Listing(where=(eq("request_id", request_id),), limit=50)
            rows = (await tx[AuditLog].page(listing)).items
        return reply, sorted((row.action, row.entity_type, row.status) for row in rows)


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    async with open_house() as house:
        root, ada = await house.user("root", "Superadmin"), await house.user("ada")
        ada_id = (await ada.get("/api/v1/users/me")).data["id"]
        roles = (await root.get("/api/v1/roles")).data["items"]
        yield Office(house, root, ada, ada_id, {role["name"]: role["id"] for role in roles})


Act = Callable[[Office], Awaitable[tuple[Reply, list[tuple[str, str, str]]]]]


def credentials(password: str = PASSWORD) -> dict[str, Any]:
    return {"email": "ada@example.com", "password": password}


def change(present: str) -> dict[str, Any]:
    return {"current_password": present, "new_password": OTHER}


def role(name: str, *held: str) -> dict[str, Any]:
    return {"name": name, "description": "", "permission_ids": list(held)}


def assignment(office: Office, name: str) -> dict[str, Any]:
    return {"role_id": office.roles[name]}


ACTIONS: dict[str, tuple[Act, int, list[tuple[str, str, str]]]] = {
    "sign in": (
        lambda it: it.send(it.house.client, "POST", "/auth/login", credentials()),
        200,
        [("login", "Session", "success")],
    ),
    "sign in with a wrong password": (
        lambda it: it.send(it.house.client, "POST", "/auth/login", credentials(OTHER)),
        401,
        [("login_failed", "Account", "failure")],
    ),
    "sign in as nobody": (
        lambda it: it.send(
            it.house.client, "POST", "/auth/login", credentials() | {"email": "no@example.com"}
        ),
        401,
        [("login_failed", "Account", "failure")],
    ),
    "sign out": (
        lambda it: it.send(it.ada, "POST", "/auth/logout"),
        200,
        [("logout", "Session", "success")],
    ),
    "sign out everywhere": (
        lambda it: it.send(it.ada, "POST", "/auth/logout-all"),
        200,
        [("logout", "User", "success")],
    ),
    "change the password": (
        lambda it: it.send(it.ada, "POST", "/auth/change-password", change(PASSWORD)),
        200,
        [("update", "Account", "success")],
    ),
    "change it without knowing it": (
        lambda it: it.send(it.ada, "POST", "/auth/change-password", change("Wrong-Horse-7")),
        401,
        [("update", "Account", "failure")],
    ),
    "register": (
        lambda it: it.send(
            it.house.client,
            "POST",
            "/auth/register",
            {
                "email": "eve@example.com",
                "password": PASSWORD,
                "first_name": "Eve",
                "last_name": "Tester",
            },
        ),
        201,
        [
            ("create", "Account", "success"),
            ("create", "Subscription", "success"),
            ("create", "User", "success"),
            ("create", "UserSettings", "success"),
        ],
    ),
    "change one's own name": (
        lambda it: it.send(it.ada, "PATCH", "/users/me", {"first_name": "Augusta"}),
        200,
        [("update", "User", "success")],
    ),
    "look at oneself": (lambda it: it.send(it.ada, "GET", "/users/me"), 200, []),
    "look at oneself by id": (lambda it: it.send(it.ada, "GET", f"/users/{it.ada_id}"), 200, []),
    "look at somebody else": (
        lambda it: it.send(it.root, "GET", f"/users/{it.ada_id}"),
        200,
        [("read", "User", "success")],
    ),
    "export": (
        lambda it: it.send(it.ada, "GET", "/users/me/export"),
        200,
        [("read", "User", "success")],
    ),
    "deactivate somebody": (
        lambda it: it.send(it.root, "POST", f"/users/{it.ada_id}/deactivate"),
        200,
        [("update", "Account", "success")],
    ),
    "end somebody's sessions": (
        lambda it: it.send(it.root, "DELETE", f"/users/{it.ada_id}/sessions"),
        200,
        [("logout", "User", "success")],
    ),
    "give somebody another role": (
        lambda it: it.send(it.root, "PUT", f"/users/{it.ada_id}/role", assignment(it, "Moderator")),
        200,
        [("permission_change", "User", "success")],
    ),
    "give somebody a role without being allowed to": (
        lambda it: it.send(it.ada, "PUT", f"/users/{it.ada_id}/role", assignment(it, "Admin")),
        403,
        [("permission_denied", "Route", "failure")],
    ),
    "make a role": (
        lambda it: it.send(it.root, "POST", "/roles", role("Reader")),
        201,
        [("create", "Role", "success")],
    ),
    "change a system role": (
        lambda it: it.send(it.root, "PATCH", f"/roles/{it.roles['User']}", {"description": "x"}),
        409,
        [("update", "Role", "failure")],
    ),
    "ask for what one may not see": (
        lambda it: it.send(it.ada, "GET", "/users"),
        403,
        [("permission_denied", "Route", "failure")],
    ),
    "ask for removed ones that one may not see": (
        lambda it: it.send(it.ada, "GET", "/prompts?include_deleted=true"),
        422,
        [],
    ),
    "ask for what there is not": (
        lambda it: it.send(it.ada, "GET", f"/prompts/{NOBODY}"),
        404,
        [],
    ),
    "ask as nobody": (lambda it: it.send(it.house.client, "GET", "/audit-logs"), 401, []),
}


@pytest.mark.parametrize("name", ACTIONS)
async def test_an_action_leaves_its_entries(office: Office, name: str) -> None:
    act, status, expected = ACTIONS[name]

    reply, left = await act(office)

    assert (reply.status, left) == (status, expected), reply.json
