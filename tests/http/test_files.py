"""Files of users over HTTP: kept as they are, for their owners alone."""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import UUID

import pytest

from moniqo.adapters.storage.memory import MemoryStorage
from moniqo.application.files.ports import Storage
from moniqo.domain.shared.ids import UserId
from support.asgi import Client, Reply
from support.house import House, house_settings, open_house
from support.pictures import picture
from support.uploads import FORM_TYPE, PDF, upload

FILES = "/api/v1/files"


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with open_house() as opened_house:
        yield opened_house


@pytest.fixture
async def ada(house: House) -> Client:
    return await house.user()


async def sent(client: Client, content: bytes, name: str = "report.pdf") -> Reply:
    return await client.send("POST", FILES, body=upload(content, name), headers=(FORM_TYPE,))


async def linked(client: Client, file_id: str) -> str:
    reply = await client.get(f"{FILES}/{file_id}")
    assert (reply.status, reply.json["status_code"]) == (307, 307)
    return reply.header("location") or ""


async def test_a_file_is_described_as_it_was_sent(ada: Client) -> None:
    reply = await sent(ada, PDF, "../Jahres\u202ebericht.pdf")

    assert reply.status == 201
    assert reply.data["name"] == "Jahresbericht.pdf"
    assert reply.data["content_type"] == "application/pdf"
    assert reply.data["size"] == len(PDF)
    assert reply.data["sha256"] == hashlib.sha256(PDF).hexdigest()
    assert "storage_key" not in reply.data
    assert reply.header("etag")


@pytest.mark.parametrize("content", [PDF, picture(), picture("JPEG"), picture("GIF")])
async def test_whoever_has_the_link_downloads_the_file_as_it_is(
    house: House, ada: Client, content: bytes
) -> None:
    stored = (await sent(ada, content, "Größe <x>.bin")).data

    reply = await house.client.get(await linked(ada, stored["id"]))

    assert (reply.status, reply.body) == (200, content)
    assert reply.header("content-type") == stored["content_type"]
    assert reply.header("content-disposition") == (
        "attachment; filename=\"Gr__e _x_.bin\"; filename*=UTF-8''Gr%C3%B6%C3%9Fe%20_x_.bin"
    )
    assert reply.header("x-content-type-options") == "nosniff"
    assert "sandbox" in (reply.header("content-security-policy") or "")
    assert reply.header("cache-control") == "no-store"


async def test_the_longest_name_fits_into_a_link(house: House, ada: Client) -> None:
    stored = (await sent(ada, PDF, "\U0001f600" * 300 + ".pdf")).data

    reply = await house.client.get(await linked(ada, stored["id"]))

    assert (reply.status, len(stored["name"])) == (200, 255)
    assert stored["name"].endswith(".pdf")


async def test_a_list_shows_the_callers_own_files(house: House, ada: Client) -> None:
    bob = await house.user("bob")
    await sent(ada, PDF, "a.pdf")
    await sent(ada, picture(), "b.png")
    await sent(bob, PDF, "c.pdf")

    every = await ada.get(f"{FILES}?sort=name")
    pictures = await ada.get(f"{FILES}?content_type=image%2Fpng")

    assert [item["name"] for item in every.data["items"]] == ["a.pdf", "b.png"]
    assert [item["name"] for item in pictures.data["items"]] == ["b.png"]


async def test_somebody_elses_file_is_not_there(house: House, ada: Client) -> None:
    stored = (await sent(ada, PDF)).data
    bob = await house.user("bob")

    for method in ("GET", "DELETE"):
        assert (await bob.send(method, f"{FILES}/{stored['id']}")).status == 404
    assert (await house.client.get(await linked(ada, stored["id"]))).status == 200


async def test_a_deleted_file_is_gone_with_its_bytes(house: House, ada: Client) -> None:
    stored = (await sent(ada, PDF)).data
    link = await linked(ada, stored["id"])

    deleted = await ada.delete(f"{FILES}/{stored['id']}")

    await house.quiet()
    storage = await house.container.get(Storage)
    assert isinstance(storage, MemoryStorage)
    assert (deleted.status, deleted.data, storage.objects) == (200, None, {})
    assert (await ada.get(f"{FILES}/{stored['id']}")).status == 404
    assert (await ada.delete(f"{FILES}/{stored['id']}")).status == 404
    assert (await house.client.get(link)).status == 404


async def test_a_forged_link_is_refused(house: House, ada: Client) -> None:
    stored = (await sent(ada, PDF)).data
    link = await linked(ada, stored["id"])

    forged = link[:-2] + ("AA" if not link.endswith("AA") else "BB")

    assert (await house.client.get(forged)).code == "PERMISSION_DENIED"
    assert (await house.client.get(f"{FILES}/content")).faults == {"link": "is required"}


@pytest.mark.parametrize(
    "content", [b"", b"<html>", b"<svg xmlns=''/>", b"MZ\x90", b"PK\x03\x04", b" %PDF-"]
)
async def test_what_is_none_of_the_known_kinds_is_refused(ada: Client, content: bytes) -> None:
    reply = await sent(ada, content, "picture.png")

    assert (reply.status, reply.code) == (422, "UNSUPPORTED_FILE_TYPE")
    assert "application/pdf" in reply.faults["file"]


async def test_uploads_are_limited_by_the_hour() -> None:
    plain = house_settings()
    limited = replace(plain, files=replace(plain.files, uploads_per_hour=2))
    async with open_house(limited) as house:
        ada, bob = await house.user("ada"), await house.user("bob")

        replies = [await sent(client, PDF) for client in (ada, ada, ada, bob)]

    assert [reply.status for reply in replies] == [201, 201, 429, 201]
    assert int(replies[2].header("retry-after") or 0) > 3500


async def test_a_link_leads_nowhere_once_its_owner_is_shut_out(house: House, ada: Client) -> None:
    link = await linked(ada, (await sent(ada, PDF)).data["id"])
    user_id = (await ada.get("/api/v1/users/me")).data["id"]

    await house.deactivated(UserId(UUID(user_id)))
    reply = await house.client.get(link)

    assert (reply.status, reply.code) == (404, "NOT_FOUND")


async def test_a_link_leads_nowhere_as_soon_as_the_file_is_removed(
    house: House, ada: Client
) -> None:
    file_id = (await sent(ada, PDF)).data["id"]
    link = await linked(ada, file_id)
    storage = await house.container.get(Storage)
    assert isinstance(storage, MemoryStorage)
    objects = storage.objects.copy()

    await ada.delete(f"{FILES}/{file_id}")
    await house.quiet()
    # As if nothing had been swept yet.
    storage.objects |= objects
    reply = await house.client.get(link)

    assert (reply.status, reply.code) == (404, "NOT_FOUND")
