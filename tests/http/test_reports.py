"""Reports and tasks over HTTP: asked for, watched, cancelled, downloaded, mailed."""

import asyncio
import csv
import io
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from dishka import Provider, Scope, provide

from moniqo.adapters.storage.memory import MemoryStorage
from moniqo.adapters.storage.signed_links import SignedLinks
from moniqo.application.files.ports import Pieces, Storage
from moniqo.domain.files.file import File
from moniqo.domain.files.kind import FileKind
from moniqo.domain.operations.task import Task
from moniqo.domain.shared.ids import UserId
from support.asgi import JSON_TYPE, Client, Reply
from support.house import House, open_house

REPORTS, TASKS, FILES = "/api/v1/reports/users", "/api/v1/tasks", "/api/v1/files"
EVER = {"start_date": "2020-01-01T00:00:00Z", "end_date": "2100-01-01T00:00:00Z"}


class Gate(MemoryStorage):
    """A store that stores nothing before it is opened; how much it is asked for at once."""

    def __init__(self, links: SignedLinks) -> None:
        super().__init__(links)
        self.opened, self.asked = asyncio.Event(), asyncio.Event()
        self.waiting = self.most_waiting = 0

    async def put(self, key: str, content: bytes | Pieces, kind: FileKind) -> None:
        self.waiting += 1
        self.most_waiting = max(self.waiting, self.most_waiting)
        self.asked.set()
        try:
            await self.opened.wait()
            await super().put(key, content, kind)
        finally:
            self.waiting -= 1


class Gated(Provider):
    scope = Scope.APP

    @provide
    def storage(self, links: SignedLinks) -> Storage:
        return Gate(links)


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with open_house(None, Gated()) as opened:
        yield opened


@pytest.fixture
async def gate(house: House) -> Gate:
    storage = await house.container.get(Storage)
    assert isinstance(storage, Gate)
    return storage


@pytest.fixture
async def root(house: House) -> Client:
    return await house.user("root", "Admin")


async def made(house: House, root: Client, gate: Gate) -> tuple[Reply, Any]:
    """A report's task as it was answered, and as it ended."""
    gate.opened.set()
    asked = await root.post(REPORTS, EVER)
    await house.quiet()
    return asked, (await root.get(f"{TASKS}/{asked.data['id']}")).data


async def test_a_report_is_made_mailed_and_downloaded(
    house: House, root: Client, gate: Gate
) -> None:
    asked, task = await made(house, root, gate)

    file_id = task["result"]["file_id"]
    redirected = await root.get(f"{FILES}/{file_id}")
    reply = await house.client.get(redirected.header("location") or "")
    rows = list(csv.reader(io.StringIO(reply.body.decode(), newline="")))
    mails = await house.mails("root@example.com")
    notices = (await root.get("/api/v1/notifications")).data["items"]
    assert (asked.status, asked.data["status"]) == (202, "queued")
    assert (task["status"], task["progress"], task["result"]["rows"]) == ("succeeded", 100, 1)
    assert rows[1][1] == "root@example.com"
    assert reply.header("content-type") == "text/csv; charset=utf-8"
    assert (reply.header("content-disposition") or "").startswith("attachment;")
    assert reply.header("x-content-type-options") == "nosniff"
    assert "sandbox" in (reply.header("content-security-policy") or "")
    assert [file_id in mail.text for mail in mails if "report" in mail.subject] == [True]
    assert [it["data"]["file_id"] for it in notices if it["kind"] == "report_ready"] == [file_id]
    listed = (await root.get(FILES)).data["items"]
    assert [item["expires_at"] is not None for item in listed] == [True]
    assert {"storage_key", "needs"}.isdisjoint(listed[0])


async def test_a_task_tells_its_version_and_is_cancelled_at_that_alone(
    house: House, root: Client, gate: Gate
) -> None:
    other = await house.user("other", "Admin")
    await other.post(REPORTS, EVER)
    await gate.asked.wait()
    asked = await root.post(REPORTS, EVER)
    path, tag = f"{TASKS}/{asked.data['id']}", asked.header("etag") or ""

    same = await root.get(path, headers=((b"if-none-match", tag.encode()),))
    stale = tag.replace('"v1', '"v7').encode()
    outdated = await root.send("DELETE", path, headers=((b"if-match", stale),))
    cancelled = await root.send("DELETE", path, headers=((b"if-match", tag.encode()),))
    again = await root.delete(path)
    gate.opened.set()

    assert (same.status, outdated.status, cancelled.status) == (304, 412, 200)
    assert cancelled.data is None
    assert (again.status, again.code) == (409, "INVALID_STATE")
    assert (await root.get(path)).data["status"] == "cancelled"


async def test_a_report_that_is_made_is_cancelled_within_two_seconds(
    house: House, root: Client, gate: Gate
) -> None:
    task_id = (await root.post(REPORTS, EVER)).data["id"]
    await gate.asked.wait()

    asked = await root.delete(f"{TASKS}/{task_id}")
    async with asyncio.timeout(2):
        await house.quiet()
    task = (await root.get(f"{TASKS}/{task_id}")).data

    assert (asked.status, task["status"], task["result"]) == (200, "cancelled", None)
    assert (gate.objects, await house.all(File)) == ({}, ())


async def test_the_same_key_asks_for_one_report(house: House, root: Client, gate: Gate) -> None:
    gate.opened.set()
    headers = (JSON_TYPE, (b"idempotency-key", b"monthly"))
    body = json.dumps(EVER).encode()

    first, second = [await root.send("POST", REPORTS, body=body, headers=headers) for _ in range(2)]

    await house.quiet()
    assert (first.data, second.header("idempotency-replayed")) == (second.data, "true")
    assert len([it for it in await house.all(Task) if it.kind == "report_users"]) == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (EVER | {"end_date": EVER["start_date"]}, "end_date"),
        (EVER | {"start_date": "2030-01-01T00:00:00Z"}, "start_date"),
        ({"start_date": EVER["start_date"]}, "end_date"),
        (EVER | {"start_date": "yesterday"}, "start_date"),
        (EVER | {"role": "Admin"}, "role"),
    ],
)
async def test_a_range_that_is_none_is_refused_by_its_field(
    root: Client, body: dict[str, str], field: str
) -> None:
    reply = await root.post(REPORTS, body)

    assert (reply.status, reply.code) == (422, "VALIDATION_ERROR")
    assert list(reply.faults) == [field]


async def test_s99_of_twenty_reports_at_once_one_is_made_at_a_time(
    house: House, root: Client, gate: Gate
) -> None:
    replies = await asyncio.gather(*(root.post(REPORTS, EVER) for _ in range(21)))
    await gate.asked.wait()
    gate.opened.set()
    await house.quiet()

    assert sorted(reply.status for reply in replies) == [202] * 20 + [409]
    assert gate.most_waiting == 1
    assert len(gate.objects) == len(await house.all(File)) == 20


async def test_s43_a_report_is_nobodys_once_its_owner_is_shut_out(
    house: House, root: Client, gate: Gate
) -> None:
    _, task = await made(house, root, gate)
    path = f"{FILES}/{task['result']['file_id']}"
    link = (await root.get(path)).header("location") or ""
    user_id = UserId(UUID(task["owner_id"]))

    chief = await house.user("chief", "Superadmin")
    roles = (await chief.get("/api/v1/roles?limit=50")).data["items"]
    (ordinary,) = [role["id"] for role in roles if role["name"] == "User"]
    await chief.put(f"/api/v1/users/{user_id}/role", {"role_id": ordinary})
    signed_in = await house.signed_in("root")

    assert (await house.client.get(link)).status == 404
    assert (await signed_in.get(path)).status == 404
