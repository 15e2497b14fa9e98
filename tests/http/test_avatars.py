"""Pictures of users over HTTP: set, shown to everybody, removed."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID
from xml.etree import ElementTree as ET

import pytest

from moniqo.adapters.storage.memory import MemoryStorage
from moniqo.application.files.ports import Storage
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.domain.identity.user import User
from moniqo.domain.shared.ids import UserId
from support.asgi import Client, Reply
from support.house import House, open_house
from support.pictures import opened, picture
from support.uploads import FORM_TYPE, PDF, upload

MINE = "/api/v1/users/me/avatar"


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with open_house() as opened_house:
        yield opened_house


@pytest.fixture
async def ada(house: House) -> Client:
    return await house.user()


async def sent(client: Client, body: bytes) -> Reply:
    return await client.send("POST", MINE, body=body, headers=(FORM_TYPE,))


async def url_of(client: Client) -> str:
    found: str = (await client.get("/api/v1/users/me")).data["avatar_url"]
    return found


async def keys(house: House) -> set[str]:
    """What is in the store of files once every job has ended."""
    await house.quiet()
    storage = await house.container.get(Storage)
    assert isinstance(storage, MemoryStorage)
    return set(storage.objects)


@pytest.mark.parametrize(
    ("kind", "media"), [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("GIF", "image/gif")]
)
async def test_a_picture_that_was_set_is_shown_to_everybody(
    house: House, ada: Client, kind: str, media: str
) -> None:
    reply = await sent(ada, upload(picture(kind)))

    shown = await house.client.get(reply.data["avatar_url"])
    assert reply.status == 201
    assert (shown.status, shown.header("content-type")) == (200, media)
    assert opened(shown.body).size == (64, 48)
    assert opened(shown.body).convert("RGB").getpixel((40, 40))[2] > 200


async def test_a_picture_is_kept_under_its_user_and_a_slug_of_its_name(
    house: House, ada: Client
) -> None:
    me = (await ada.get("/api/v1/users/me")).data["id"]

    await sent(ada, upload(name="Größter Tag.jpeg"))

    (key,) = await keys(house)
    assert key.startswith(f"avatars/{me}/2")
    assert "Z_groter-tag-" in key
    assert key.endswith(".png")


async def test_a_picture_cannot_run_anything_and_is_asked_for_anew(
    house: House, ada: Client
) -> None:
    await sent(ada, upload())

    shown = await house.client.get(await url_of(ada))

    assert shown.header("x-content-type-options") == "nosniff"
    assert "default-src 'none'" in (shown.header("content-security-policy") or "")
    assert "sandbox" in (shown.header("content-security-policy") or "")
    assert shown.header("cache-control") == "public, no-cache"
    assert shown.header("content-length") == str(len(shown.body))


async def test_a_picture_that_is_still_the_same_is_not_sent_again(
    house: House, ada: Client
) -> None:
    await sent(ada, upload())
    url = await url_of(ada)
    tag = ((await house.client.get(url)).header("etag") or "").encode()

    again = await house.client.get(url, headers=((b"if-none-match", tag),))
    await sent(ada, upload())
    changed = await house.client.get(url, headers=((b"if-none-match", tag),))

    assert (again.status, again.body, again.header("etag")) == (304, b"", tag.decode())
    assert changed.status == 200


async def test_a_head_request_gets_the_headers_alone(house: House, ada: Client) -> None:
    await sent(ada, upload())
    url = await url_of(ada)

    reply = await house.client.send("HEAD", url)

    assert (reply.status, reply.body, reply.header("content-type")) == (200, b"", "image/png")


async def test_who_has_no_picture_is_shown_by_an_initial(house: House, ada: Client) -> None:
    url = await url_of(ada)

    shown = await house.client.get(url)
    tag = (shown.header("etag") or "").encode()
    again = await house.client.get(url, headers=((b"if-none-match", tag),))

    assert (shown.status, shown.header("content-type")) == (200, "image/svg+xml")
    assert b">A</text>" in shown.body
    assert again.status == 304


async def test_a_new_picture_takes_the_old_ones_place(house: House, ada: Client) -> None:
    await sent(ada, upload(name="first.png"))
    await sent(ada, upload(name="second.png"))

    (key,) = await keys(house)
    assert "_second-" in key


async def test_a_removed_picture_is_gone_and_removing_it_again_is_no_error(
    house: House, ada: Client
) -> None:
    await sent(ada, upload())

    first, second = await ada.delete(MINE), await ada.delete(MINE)

    shown = await house.client.get(await url_of(ada))
    assert (first.status, second.status, first.data) == (200, 200, None)
    assert shown.header("content-type") == "image/svg+xml"
    assert await keys(house) == set()


async def test_who_is_deactivated_or_unknown_is_not_shown(house: House, ada: Client) -> None:
    await sent(ada, upload())
    me = (await ada.get("/api/v1/users/me")).data["id"]
    await house.deactivated(UserId(UUID(me)))

    for somebody in (me, "019bd6a2-7c00-7000-8000-000000000001", "nobody"):
        assert (await house.client.get(f"/api/v1/users/{somebody}/avatar")).status == 404


async def test_who_was_removed_is_not_shown(house: House, ada: Client) -> None:
    me = (await ada.get("/api/v1/users/me")).data["id"]
    async with (await house.container.get(UnitOfWork))() as tx:
        await tx[User].remove(await tx[User].get(UUID(me)))

    assert (await house.client.get(f"/api/v1/users/{me}/avatar")).status == 404


async def test_a_picture_must_be_one_by_its_content(house: House, ada: Client) -> None:
    reply = await sent(ada, upload(PDF, name="me.png"))

    assert (reply.status, reply.code) == (422, "UNSUPPORTED_FILE_TYPE")
    assert "image/gif, image/jpeg, image/png" in reply.faults["file"]
    assert await keys(house) == set()


async def test_uploads_at_once_end_in_one_picture(house: House, ada: Client) -> None:
    names = [f"number-{number}.png" for number in range(12)]

    replies = await asyncio.gather(*(sent(ada, upload(name=name)) for name in names))

    assert {reply.status for reply in replies} == {201}
    assert len(await keys(house)) == 1
    assert (await house.client.get(await url_of(ada))).header("content-type") == "image/png"


async def test_removing_and_setting_at_once_leaves_nothing_behind(
    house: House, ada: Client
) -> None:
    calls = [sent(ada, upload()) if turn % 2 else ada.delete(MINE) for turn in range(16)]

    replies = await asyncio.gather(*calls)

    shown = (await house.client.get(await url_of(ada))).header("content-type")
    assert {reply.status for reply in replies} == {200, 201}
    assert len(await keys(house)) == (1 if shown == "image/png" else 0)


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "&amp;", "]]>", "\ufffe", "\u202eevil"]
)
async def test_a_drawn_picture_holds_nothing_of_a_name_but_its_initial(
    house: House, ada: Client, name: str
) -> None:
    await ada.patch("/api/v1/users/me", {"first_name": name})

    shown = await house.client.get(await url_of(ada))

    (text,) = ET.fromstring(shown.body).iter("{http://www.w3.org/2000/svg}text")  # noqa: S314  (our own)
    assert len(text.text or "") == 1
    assert b"script" not in shown.body
