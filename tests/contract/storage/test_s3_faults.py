"""An S3 that does not answer, or refuses, is told in words, and nothing waits for ever."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from moniqo.adapters.storage import s3 as module
from moniqo.adapters.storage.s3 import Bucket, S3Storage
from moniqo.domain.files.kind import FileKind
from moniqo.domain.shared.errors import Unavailable
from support.servers.process import free_port
from support.servers.s3 import fresh_bucket, s3

PDF = FileKind.PDF


def at(port: int) -> Bucket:
    return Bucket(
        name="bucket",
        region="us-east-1",
        access_key_id="tester",
        secret_access_key="planted-secret",
        endpoint=f"http://127.0.0.1:{port}",
    )


@asynccontextmanager
async def answering(reply: bytes) -> AsyncIterator[tuple[int, list[bytes]]]:
    """A server that answers every request alike, and what was asked of it."""
    asked: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.read(65_536))
        writer.write(reply)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1], asked


async def test_a_server_that_is_not_there_is_told() -> None:
    storage = S3Storage(at(free_port()))

    with pytest.raises(Unavailable, match="does not answer") as caught:
        await storage.put("a/b", b"x", PDF)
    storage.close()

    assert "planted-secret" not in str(caught.value)


async def test_a_server_that_fails_is_asked_a_few_times() -> None:
    failing = b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    async with answering(failing) as (port, asked):
        storage = S3Storage(at(port))

        with pytest.raises(Unavailable, match="refuses"):
            await storage.delete("a/b")
        storage.close()

    assert len(asked) == 3


async def test_a_server_that_says_nothing_is_not_waited_for_longer_than_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "_TOTAL_SECONDS", 0.2)
    async with await asyncio.start_server(lambda *_: None, "127.0.0.1", 0) as server:
        storage = S3Storage(at(server.sockets[0].getsockname()[1]))
        start = time.monotonic()

        with pytest.raises(Unavailable, match="does not answer"):
            await storage.open("a/b")
        storage.close()

    assert time.monotonic() - start < 2


async def test_a_disk_without_room_for_what_is_to_be_sent_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full() -> None:
        raise OSError(28, "No space left on device")

    async def pieces() -> AsyncIterator[bytes]:
        yield b"x"

    monkeypatch.setattr(module, "TemporaryFile", full)
    storage = S3Storage(at(9))

    with pytest.raises(Unavailable, match="No space left"):
        await storage.put("a/b", pieces(), PDF)
    storage.close()


async def test_an_answer_that_is_cut_off_is_told() -> None:
    cut = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\nConnection: close\r\n\r\nhalf"
    async with answering(cut) as (port, _):
        storage = S3Storage(at(port))
        content = await storage.open("a/b")

        with pytest.raises(Unavailable, match="does not answer"):
            async for _ in content.chunks:
                pass
        storage.close()


async def test_a_bucket_that_is_not_there_is_told() -> None:
    with s3() as address:
        storage = S3Storage(replace(fresh_bucket(address), name="nobodys"))

        with pytest.raises(Unavailable, match="no bucket nobodys"):
            await storage.check()
        with pytest.raises(Unavailable, match="NoSuchBucket"):
            await storage.put("a/b", b"x", PDF)
        storage.close()


def test_the_secret_is_not_in_the_buckets_text() -> None:
    assert "planted-secret" not in repr(at(1))


def test_without_the_library_it_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)

    with pytest.raises(Unavailable, match=r"moniqo\[s3\]"):
        S3Storage(at(1))
