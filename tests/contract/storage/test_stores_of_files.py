"""What every store of files does, whether a folder, a bucket or this process's memory."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from moniqo.adapters.storage.local import LocalStorage
from moniqo.adapters.storage.memory import MemoryStorage
from moniqo.adapters.storage.s3 import S3Storage
from moniqo.adapters.storage.signed_links import SignedLinks
from moniqo.application.files.ports import LinkTerms, Storage
from moniqo.domain.files.kind import FileKind
from moniqo.domain.shared.errors import NotFound
from support.clock import SettableClock
from support.people import KEYS
from support.servers.s3 import fresh_bucket, s3

KEY = "avatars/0190/20260101T000000000Z_me-1.png"
PNG = FileKind.PNG
TERMS = LinkTerms(timedelta(minutes=5), 'Größe "1".png', "image/png")


@pytest.fixture(scope="module")
def s3_server() -> Iterator[str]:
    with s3() as address:
        yield address


@pytest.fixture
def links() -> SignedLinks:
    return SignedLinks(keys=KEYS, clock=SettableClock())


@pytest.fixture(params=["local", "s3", "memory"])
async def storage(
    request: pytest.FixtureRequest, tmp_path: Path, links: SignedLinks
) -> AsyncIterator[Storage]:
    if request.param == "local":
        yield LocalStorage(tmp_path / "files", links)
    elif request.param == "memory":
        yield MemoryStorage(links)
    else:
        bucket = S3Storage(fresh_bucket(request.getfixturevalue("s3_server")))
        yield bucket
        bucket.close()


async def read(storage: Storage, key: str = KEY) -> bytes:
    content = await storage.open(key)
    found = b"".join([chunk async for chunk in content.chunks])
    assert len(found) == content.size
    return found


async def linked(storage: Storage, links: SignedLinks, terms: LinkTerms = TERMS) -> bytes:
    """What whoever has the link gets, if it leads to an object by that name and type."""
    address = await storage.link(KEY, terms)
    if address.startswith("/"):
        found = links.read(parse_qs(urlsplit(address).query)["link"][0])
        assert (found.name, found.content_type) == (terms.name, terms.content_type)
        return await read(storage, found.key)
    async with httpx2.AsyncClient() as client:
        reply = await client.get(address)
    assert reply.headers["content-type"] == terms.content_type
    disposition = reply.headers["content-disposition"]
    assert disposition.startswith("attachment;")
    assert "filename*=UTF-8''Gr%C3%B6%C3%9Fe%20%221%22.png" in disposition
    return reply.content


async def test_what_was_put_is_read_back(storage: Storage) -> None:
    await storage.put(KEY, b"\x00\xff" * 500_000, PNG)

    assert await read(storage) == b"\x00\xff" * 500_000


async def test_an_object_may_be_empty(storage: Storage) -> None:
    await storage.put(KEY, b"", PNG)

    assert await read(storage) == b""


async def pieces(number: int, *, fails: bool = False) -> AsyncIterator[bytes]:
    """So many pieces of 100 kB, each of another byte; in the end none, or a failure."""
    for at in range(number):
        yield bytes([at]) * 100_000
    if fails:
        raise RuntimeError("no more")


async def test_what_comes_in_pieces_is_stored_in_their_order(storage: Storage) -> None:
    await storage.put(KEY, pieces(12), PNG)

    assert await read(storage) == b"".join([piece async for piece in pieces(12)])


async def test_no_pieces_are_an_empty_object(storage: Storage) -> None:
    await storage.put(KEY, pieces(0), PNG)

    assert await read(storage) == b""


async def test_pieces_that_come_to_no_end_leave_what_was_there(storage: Storage) -> None:
    await storage.put(KEY, b"whole", PNG)

    with pytest.raises(RuntimeError, match="no more"):
        await storage.put(KEY, pieces(3, fails=True), PNG)

    assert await read(storage) == b"whole"


async def test_a_second_object_of_one_key_replaces_the_first(storage: Storage) -> None:
    await storage.put(KEY, b"first", PNG)

    await storage.put(KEY, b"2nd", PNG)

    assert await read(storage) == b"2nd"


async def test_objects_put_at_once_do_not_mix(storage: Storage) -> None:
    contents = [bytes([number]) * 70_000 for number in range(8)]

    await asyncio.gather(*(storage.put(KEY, content, PNG) for content in contents))

    assert await read(storage) in contents


async def test_what_is_not_there_is_not_found(storage: Storage) -> None:
    await storage.put(KEY, b"x", PNG)

    for missing in ("avatars/0190/other.png", "avatars/0190", f"{KEY}/deeper"):
        with pytest.raises(NotFound):
            await storage.open(missing)


async def test_what_was_deleted_is_gone_and_deleting_it_again_is_no_error(
    storage: Storage,
) -> None:
    await storage.put(KEY, b"x", PNG)

    await storage.delete(KEY)
    await storage.delete(KEY)

    with pytest.raises(NotFound):
        await storage.open(KEY)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "/etc/passwd",
        "../x",
        "a/../../x",
        "a//b",
        "a/./b",
        "a/.hidden",
        "a\\b",
        "a b",
        "ä",
        "a\n",
        "a/" * 200 + "b",
        "x" * 129,
        "a\x00b",
    ],
)
async def test_a_key_leads_nowhere_else(storage: Storage, key: str) -> None:
    with pytest.raises(ValueError, match="not a key"):
        await storage.put(key, b"x", PNG)
    with pytest.raises(ValueError, match="not a key"):
        await storage.open(key)
    with pytest.raises(ValueError, match="not a key"):
        await storage.delete(key)
    with pytest.raises(ValueError, match="not a key"):
        await storage.link(key, TERMS)


async def test_a_link_downloads_the_object_under_its_name(
    storage: Storage, links: SignedLinks
) -> None:
    await storage.put(KEY, b"pixels", PNG)

    assert await linked(storage, links) == b"pixels"


async def test_a_store_that_can_be_used_says_so(storage: Storage) -> None:
    await storage.check()
