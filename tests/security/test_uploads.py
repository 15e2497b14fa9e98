"""Files that lie, explode, tell where their owner lives, or arrive two at a time."""

import asyncio
import io
import time
import zipfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx2
import pytest
from PIL import Image

from support.arena import Arena
from support.arena.caller import Caller
from support.arena.reply import Reply
from support.pictures import BOMBS, broken, chunk, opened, picture, png

AVATAR = "/users/me/avatar"
LIMIT = 5 * 1_048_576
SECOND = 1.0
MEMORY = 200_000_000
PAYLOAD = b"<script>alert('planted')</script><?php system($_GET['planted']); ?>"
ENTITY = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>"""
SVG = b"""<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>"""


async def sent(caller: Caller, content: bytes, name: str = "me.png") -> Reply:
    return await caller.post(AVATAR, files={"file": (name, content)})


async def shown(arena: Arena, caller: Caller) -> bytes:
    """The picture as everybody sees it."""
    reply = await arena.x.get(f"/users/{caller.id}/avatar")
    assert reply.status == 200
    assert reply.header("x-content-type-options") == "nosniff"
    return reply.response.content


def objects_of(arena: Arena, caller: Caller) -> list[Path]:
    """What the store of files holds of a user's pictures."""
    return list((arena.folder / "data" / "files" / "avatars" / caller.id).glob("*"))


def resident(arena: Arena) -> int:
    """Bytes of memory that the server processes hold."""
    return sum(server.memory() for server in arena.servers)


async def until(done: Callable[[], bool]) -> None:
    """Wait for what happens after the answer; what comes after this says whether it did."""
    for _ in range(200):
        if done():
            return
        await asyncio.sleep(0.1)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF"])
async def test_s66_a_picture_of_the_largest_size_is_taken_and_a_byte_more_is_not(
    any_arena: Arena, kind: str
) -> None:
    caller = await any_arena.person()

    taken = await sent(caller, picture(kind).ljust(LIMIT, b"\0"))
    refused = await sent(caller, picture(kind).ljust(LIMIT + 1, b"\0"))

    assert (taken.status, refused.outcome) == (201, (413, "PAYLOAD_TOO_LARGE"))
    assert len(await shown(any_arena, caller)) < 10_000


@pytest.mark.parametrize(
    "content",
    [b"", b"%PDF-1.7\n%%EOF", b"<html><body>hi</body></html>", b"MZ\x90\0", b"#!/bin/sh\n", b"BM"],
)
async def test_s66_what_is_no_picture_is_refused_whatever_its_name_says(
    any_arena: Arena, content: bytes
) -> None:
    replies = [
        await any_arena.a.post(AVATAR, files={"file": (name, content, kind)})
        for name, kind in (("a.png", "image/png"), ("a.jpg", "image/jpeg"))
    ]

    assert {reply.outcome for reply in replies} == {(422, "UNSUPPORTED_FILE_TYPE")}


def polyglots() -> dict[str, bytes]:
    """Pictures that are something else as well."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("planted.txt", PAYLOAD)
    jpeg = picture("JPEG")
    comment = b"\xff\xfe" + (len(PAYLOAD) + 2).to_bytes(2, "big") + PAYLOAD
    palette = Image.new("P", (8, 8))
    palette.putpalette(PAYLOAD.ljust(768, b"x"))
    paletted = io.BytesIO()
    palette.save(paletted, "PNG")
    gif = picture("GIF")
    remark = b"\x21\xfe" + bytes((len(PAYLOAD),)) + PAYLOAD + b"\0"
    return {
        "tEXt.png": png(extra=chunk(b"tEXt", b"Comment\0" + PAYLOAD)),
        "eXIf.png": png(extra=chunk(b"eXIf", b"MM\0*" + PAYLOAD)),
        "after.png": picture("PNG") + PAYLOAD,
        "zip.png": picture("PNG") + archive.getvalue(),
        "palette.png": paletted.getvalue(),
        "comment.jpg": jpeg[:2] + comment + jpeg[2:],
        "after.jpg": jpeg + PAYLOAD,
        "exif.jpg": picture("JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\0" + PAYLOAD),
        "comment.gif": gif[:-1] + remark + b";",
        "after.gif": gif + PAYLOAD,
    }


@pytest.mark.parametrize("name", polyglots())
async def test_s66_what_a_picture_is_beside_a_picture_is_not_served(
    any_arena: Arena, name: str
) -> None:
    caller, content = await any_arena.person(), polyglots()[name]
    assert b"planted" in content

    reply = await sent(caller, content, name)

    served = await shown(any_arena, caller)
    assert reply.status == 201
    assert opened(served).size in {(64, 48), (64, 64), (8, 8)}
    assert b"planted" not in served
    assert PAYLOAD[:8] not in served


async def test_s66_a_script_that_begins_like_a_picture_is_refused(any_arena: Arena) -> None:
    reply = await sent(any_arena.a, b"GIF89a/*\0\0\0\0\0*/=1;alert('planted');", "a.gif")

    assert reply.outcome == (422, "UNSUPPORTED_FILE_TYPE")


@pytest.mark.parametrize("content", [SVG, ENTITY + SVG, b"\xef\xbb\xbf" + SVG, b"\n" + SVG])
async def test_s67_vector_graphics_are_refused(any_arena: Arena, content: bytes) -> None:
    for name in ("me.svg", "me.png"):
        for path in (AVATAR, "/files"):
            reply = await any_arena.a.post(path, files={"file": (name, content)})

            assert reply.outcome == (422, "UNSUPPORTED_FILE_TYPE")


@pytest.mark.parametrize("name", BOMBS)
async def test_s68_a_bomb_is_refused_in_time_and_memory(any_arena: Arena, name: str) -> None:
    content = BOMBS[name]()
    before = resident(any_arena)
    peak = before
    start = time.monotonic()

    asked = asyncio.create_task(sent(any_arena.a, content, name))
    while not asked.done():
        assert (await any_arena.x.get("/health/live")).status == 200
        peak = max(peak, resident(any_arena))
    took = time.monotonic() - start

    assert (await asked).outcome in {(422, "UNSUPPORTED_FILE_TYPE"), (413, "PAYLOAD_TOO_LARGE")}
    assert took < SECOND
    assert peak - before < MEMORY


@pytest.mark.parametrize("name", broken())
async def test_s68_a_broken_file_is_refused(any_arena: Arena, name: str) -> None:
    start = time.monotonic()

    reply = await sent(any_arena.a, broken()[name], name)

    assert reply.outcome == (422, "UNSUPPORTED_FILE_TYPE")
    assert time.monotonic() - start < SECOND


async def test_s70_where_a_picture_was_taken_is_told_to_nobody(any_arena: Arena) -> None:
    caller = await any_arena.person()
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "planted camera"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)

    for kind in ("JPEG", "PNG"):
        source = picture(kind, exif=exif.tobytes())
        assert b"planted" in source
        await sent(caller, source, "holiday")

        served = await shown(any_arena, caller)

        assert opened(served).size == (48, 64)
        assert dict(opened(served).getexif()) == {}
        assert opened(served).info.keys() <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert b"planted" not in served
        assert b"Exif" not in served


async def test_s71_of_pictures_set_at_once_one_is_left(race_arena: Arena) -> None:
    caller = await race_arena.person()

    for _ in range(3):
        replies = await race_arena.at_once(
            20, lambda n: sent(caller.on(n), picture(size=(20 + n, 20)), f"{n}.png")
        )

        await until(lambda: len(objects_of(race_arena, caller)) == 1)
        assert {reply.status for reply in replies} == {201}
        assert len(objects_of(race_arena, caller)) == 1
        assert opened(await shown(race_arena, caller)).height == 20


async def test_s71_pictures_set_and_removed_at_once_leave_nothing_behind(
    race_arena: Arena,
) -> None:
    caller = await race_arena.person()

    for _ in range(3):
        replies = await race_arena.at_once(
            20,
            lambda n: sent(caller.on(n // 2), picture()) if n % 2 else caller.on(n).delete(AVATAR),
        )
        await sent(caller, picture())
        await caller.delete(AVATAR)

        await until(lambda: not objects_of(race_arena, caller))
        assert {reply.status for reply in replies} == {200, 201}
        assert objects_of(race_arena, caller) == []
        assert (await shown(race_arena, caller)).startswith(b"<svg")


@pytest.mark.parametrize("path", [AVATAR, "/files"])
async def test_s54_an_upload_that_says_that_it_is_too_large_is_refused_unread(
    any_arena: Arena, path: str
) -> None:
    head = (
        f"POST /api/v1{path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {any_arena.a.token}\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 1000000000\r\n\r\n"
    )

    said = await any_arena.raw(head.encode())

    assert said.startswith(b"HTTP/1.1 413 ")
    assert b"PAYLOAD_TOO_LARGE" in said


async def test_s54_an_upload_without_end_is_cut_off(any_arena: Arena) -> None:
    sent_bytes = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent_bytes
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n\x89PNG'
        while sent_bytes < 40 * LIMIT:
            sent_bytes += 65_536
            yield bytes(65_536)

    before = resident(any_arena)
    try:
        reply = await any_arena.a.post(
            AVATAR,
            content=endless(),
            headers={"Content-Type": "multipart/form-data; boundary=b"},
        )
        assert reply.outcome == (413, "PAYLOAD_TOO_LARGE")
    except httpx2.TransportError:
        # Hung up on before it had said all: what it was told is lost with the connection.
        assert sent_bytes < 40 * LIMIT

    assert resident(any_arena) - before < MEMORY
    assert (await any_arena.x.get("/health/live")).status == 200
