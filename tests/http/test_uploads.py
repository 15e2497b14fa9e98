"""Whatever form arrives, it is read within its limits or refused with the code for it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from support.asgi import Body, Client, Headers, Reply
from support.house import House, house_settings, open_house
from support.pictures import picture
from support.uploads import BOUNDARY, FORM_TYPE, PDF, form, in_pieces, part, upload

FILES = "/api/v1/files"
LIMIT = 1_048_576
LIMITED = {"max_file_size_mb": 1, "upload_timeout_seconds": 1, "uploads_at_once": 2}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house() -> AsyncIterator[House]:
    plain = house_settings()
    chosen = replace(plain, files=replace(plain.files, **LIMITED, uploads_per_hour=10_000))
    async with open_house(chosen) as opened_house:
        await opened_house.made("ada")
        yield opened_house


@pytest.fixture
async def ada(house: House) -> Client:
    return await house.signed_in("ada")


async def sent(client: Client, body: Body, headers: Headers = (FORM_TYPE,)) -> Reply:
    return await client.send("POST", FILES, body=body, headers=headers)


@pytest.mark.parametrize("size", [1, 7, 64, 65_536])
async def test_a_form_is_read_in_whatever_pieces_it_comes(ada: Client, size: int) -> None:
    reply = await sent(ada, in_pieces(upload(PDF, "a.pdf"), size))

    assert (reply.status, reply.data["size"], reply.data["name"]) == (201, len(PDF), "a.pdf")


async def test_a_file_of_the_largest_size_is_taken(ada: Client) -> None:
    reply = await sent(ada, upload(PDF.ljust(LIMIT, b"x")))

    assert (reply.status, reply.data["size"]) == (201, LIMIT)


async def test_a_file_of_a_byte_more_is_too_large(ada: Client) -> None:
    reply = await sent(ada, upload(PDF.ljust(LIMIT + 1, b"x")))

    assert (reply.status, reply.code) == (413, "PAYLOAD_TOO_LARGE")
    assert reply.header("connection") == "close"


async def test_a_file_without_end_is_refused_as_soon_as_it_is_too_large(ada: Client) -> None:
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        yield upload(PDF)[:-40]
        while True:
            read += 65_536
            yield bytes(65_536)

    reply = await sent(ada, endless())

    assert reply.status == 413
    assert read <= LIMIT + 2 * 65_536


async def test_what_says_beforehand_that_it_is_too_large_is_not_read(ada: Client) -> None:
    async def unread() -> AsyncIterator[bytes]:
        raise AssertionError
        yield b""

    announced = (b"content-length", str(LIMIT * 10).encode())
    reply = await sent(ada, unread(), (FORM_TYPE, announced))

    assert reply.status == 413


async def test_much_beside_the_file_is_too_large(ada: Client) -> None:
    body = form(part("file", PDF, "a.pdf"), part("other", bytes(LIMIT + 100_000)))

    assert (await sent(ada, in_pieces(body, 65_536))).status == 413


async def test_a_slow_form_is_not_waited_for(ada: Client) -> None:
    async def slow() -> AsyncIterator[bytes]:
        for byte in upload(PDF):
            await asyncio.sleep(0.1)
            yield bytes((byte,))

    reply = await sent(ada, slow())

    assert (reply.status, reply.code) == (408, "REQUEST_TIMEOUT")


async def test_who_hangs_up_halfway_leaves_nothing(ada: Client) -> None:
    async def half() -> AsyncIterator[bytes]:
        yield upload(PDF)[:60]

    reply = await sent(ada, half())

    assert reply.status == 408
    assert (await sent(ada, upload(PDF))).status == 201


async def test_too_many_uploads_at_once_are_told_to_wait(ada: Client) -> None:
    async def waiting() -> AsyncIterator[bytes]:
        yield upload(PDF)[:60]
        await asyncio.sleep(0.5)

    slow = [asyncio.create_task(sent(ada, waiting())) for _ in range(2)]
    await asyncio.sleep(0.1)

    refused = await sent(ada, upload(PDF))
    await asyncio.gather(*slow)
    taken = await sent(ada, upload(PDF))

    assert (refused.status, refused.header("retry-after"), taken.status) == (503, "2", 201)


async def test_one_user_does_not_take_all_the_room() -> None:
    plain = house_settings()
    async with open_house(replace(plain, files=replace(plain.files, uploads_at_once=4))) as house:
        ada, bob = await house.user("ada"), await house.user("bob")
        done = asyncio.Event()

        async def waiting() -> AsyncIterator[bytes]:
            yield upload(PDF)[:60]
            await done.wait()

        slow = [asyncio.create_task(sent(ada, waiting())) for _ in range(2)]
        await asyncio.sleep(0.1)
        one_more = await sent(ada, upload(PDF))
        others = await sent(bob, upload(PDF))
        done.set()
        await asyncio.gather(*slow)
        later = await sent(ada, upload(PDF))

    assert (one_more.status, one_more.code) == (429, "RATE_LIMITED")
    assert one_more.header("retry-after") == "2"
    assert (others.status, later.status) == (201, 201)


@pytest.mark.parametrize(
    "headers",
    [
        (),
        ((b"content-type", b"application/json"),),
        ((b"content-type", b"application/x-www-form-urlencoded"),),
        ((b"content-type", b"multipart/mixed; boundary=" + BOUNDARY),),
        ((b"content-type", b"image/png"),),
        ((b"content-type", b""),),
        (FORM_TYPE, FORM_TYPE),
        (FORM_TYPE, (b"content-encoding", b"gzip")),
    ],
)
async def test_what_claims_to_be_something_else_is_refused(ada: Client, headers: Headers) -> None:
    reply = await sent(ada, upload(PDF), headers)

    assert (reply.status, reply.code) == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert "multipart/form-data" in reply.json["message"]


@pytest.mark.parametrize(
    "content_type",
    [
        b"multipart/form-data",
        b"multipart/form-data; boundary=",
        b"multipart/form-data; boundary=other",
        b"multipart/form-data; boundary=" + b"x" * 5000,
        b'multipart/form-data; boundary="a\xc3\xa4b"',
        b"multipart/form-data; boundary=\xff\xfe",
    ],
)
async def test_a_form_without_its_boundary_is_malformed(ada: Client, content_type: bytes) -> None:
    reply = await sent(ada, upload(PDF), ((b"content-type", content_type),))

    assert (reply.status, reply.code) == (400, "MALFORMED_REQUEST")


DASHES = b"--" + BOUNDARY
HEAD = b'\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n'


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no form at all",
        upload(PDF)[:-6],
        upload(PDF)[:70],
        DASHES + b"\r\n\r\n" + PDF + b"\r\n" + DASHES + b"--\r\n",
        DASHES + b"\nContent-Disposition: form-data; name=file\n\nx\n" + DASHES + b"--",
        DASHES + HEAD.replace(b"form-data", b"attachment") + b"\r\nx\r\n" + DASHES + b"--\r\n",
        DASHES + HEAD + b"X: \xff\xfe\r\n\r\nx\r\n" + DASHES + b"--\r\n",
        DASHES + HEAD + b"X" * 9000 + b": y\r\n\r\nx\r\n" + DASHES + b"--\r\n",
        DASHES + HEAD + b"X: y\r\n" * 20 + b"\r\nx\r\n" + DASHES + b"--\r\n",
        DASHES + HEAD + b"Content-Length: 99\r\n\r\nx\r\n" + DASHES + b"--\r\n",
        DASHES + HEAD + b"\r\nx\r\n" + DASHES + b"garbage",
        b"\r\n" * 500,
    ],
)
async def test_a_broken_form_is_malformed(ada: Client, body: bytes) -> None:
    reply = await sent(ada, body)

    assert (reply.status, reply.code) == (400, "MALFORMED_REQUEST")


async def test_a_form_of_many_parts_is_malformed(ada: Client) -> None:
    reply = await sent(ada, form(*[part("file", b"x", "a")] * 40))

    assert reply.status == 400


async def test_every_part_at_fault_is_named(ada: Client) -> None:
    body = form(
        part("note", b"hello"),
        part("file", PDF, "a.pdf"),
        part("file", PDF, "b.pdf"),
        part("x" * 300, b""),
    )

    reply = await sent(ada, body)

    assert (reply.status, reply.code) == (422, "VALIDATION_ERROR")
    assert reply.faults["note"] == "is no part that is known here"
    assert reply.faults["file"] == "must be there once"


async def test_a_form_without_the_file_says_what_is_missing(ada: Client) -> None:
    reply = await sent(ada, form(part("picture", picture(), "a.png")))

    assert reply.status == 422
    assert reply.faults["file"] == "is required"


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("", "file"),
        ("C:\\Users\\ada\\bill.pdf", "bill.pdf"),
        ("../../etc/passwd", "passwd"),
        ("a\tb\x1b[31m.pdf", "ab[31m.pdf"),
        ("..", "file"),
        ("x" * 600 + ".pdf", "x" * 251 + ".pdf"),
        ("%00%0d%0a.pdf", "%00%0d%0a.pdf"),
    ],
)
async def test_a_name_is_made_harmless(ada: Client, told: str, name: str) -> None:
    reply = await sent(ada, form(part("file", PDF, told)))

    assert (reply.status, reply.data["name"]) == (201, name)


async def test_a_part_without_a_name_for_the_file_is_taken(ada: Client) -> None:
    reply = await sent(ada, form(part("file", PDF)))

    assert (reply.status, reply.data["name"]) == (201, "file")


async def test_what_follows_the_form_is_passed_over(ada: Client) -> None:
    reply = await sent(ada, [upload(PDF), b"\r\n", b"epilogue"])

    assert reply.status == 201
