"""Bodies that are too large, too slow, endless, compressed or lied about are given up early."""

import asyncio
import gzip
import json
import time
from collections.abc import AsyncIterator

import pytest

from support.arena import STRICT, Arena
from support.arena.wire import status_of, stream

MOST = int(STRICT["MAX_BODY_BYTES"])
PATH = "/api/v1/prompts"
MEGABYTE = 2**20
ALLOWANCE = 32 * MEGABYTE
"""What a process may grow by, whoever sends how much."""


def head(arena: Arena, *lines: str) -> bytes:
    usual = (
        f"POST {PATH} HTTP/1.1",
        "Host: x",
        "Content-Type: application/json",
        f"Authorization: Bearer {arena.a.token}",
        "Connection: close",
    )
    return "\r\n".join((*usual, *lines, "", "")).encode()


def prompt_of(size: int) -> bytes:
    """A prompt as a document of exactly so many bytes; what pads it out is no part of it."""
    body = json.dumps({"title": "long", "prompt": "Hold.", "category": "trading"}).encode()
    return body + b" " * (size - len(body))


@pytest.mark.parametrize(
    ("size", "status"), [(MOST, 201), (MOST + 1, 413), (10 * MOST, 413), (20 * MEGABYTE, 413)]
)
async def test_s54_a_body_may_be_as_large_as_the_setting_says(
    strict: Arena, size: int, status: int
) -> None:
    body = prompt_of(size)

    heard = await strict.raw(head(strict, f"Content-Length: {size}"), body)

    assert status_of(heard) == status


@pytest.mark.parametrize("size", [MOST, MOST + 1])
async def test_s54_the_size_counts_though_nobody_announced_it(strict: Arena, size: int) -> None:
    body = prompt_of(size)
    chunks = b"%x\r\n%b\r\n0\r\n\r\n" % (size, body)

    heard = await strict.raw(head(strict, "Transfer-Encoding: chunked"), chunks)

    assert status_of(heard) == (201 if size == MOST else 413)


async def test_s54_an_endless_body_is_given_up_and_others_are_served_meanwhile(
    strict: Arena,
) -> None:
    port, before = strict.servers[0].port, strict.memory()

    async def endless() -> AsyncIterator[bytes]:
        yield head(strict, "Transfer-Encoding: chunked")
        while True:
            yield b"400\r\n" + b" " * 1024 + b"\r\n"

    streams = [asyncio.create_task(stream(port, endless(), 20)) for _ in range(5)]
    meanwhile = await strict.b.get("/users/me")
    heard = await asyncio.gather(*streams)

    assert meanwhile.status == 200
    # Who goes on sending to a connection that was closed may never hear why.
    assert {status_of(one) for one in heard} <= {413, 0}
    assert strict.memory() - before < ALLOWANCE


async def test_s54_a_slow_body_is_given_up_and_others_are_served_meanwhile(strict: Arena) -> None:
    body = prompt_of(200)
    began = time.monotonic()

    slow = [
        asyncio.create_task(
            strict.raw(
                head(strict, "Content-Length: 200"),
                *(body[at : at + 1] for at in range(len(body))),
                pause=0.2,
            )
        )
        for _ in range(20)
    ]
    await asyncio.sleep(0.3)
    meanwhile = await strict.b.get("/users/me")
    heard = await asyncio.gather(*slow)

    assert meanwhile.status == 200
    assert {status_of(one) for one in heard} == {408}
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("announced", ["300", "100"])
async def test_s54_a_length_that_lies_makes_nothing(strict: Arena, announced: str) -> None:
    title = f"lied about {announced}"
    body = json.dumps({"title": title, "prompt": "x" * 120, "category": "trading"}).encode()

    heard = await strict.raw(head(strict, f"Content-Length: {announced}"), body)

    assert status_of(heard) in {400, 408}
    assert (await strict.a.get("/prompts", params={"title": title})).data["total"] == 0


@pytest.mark.parametrize("announced", ["-1", "1e3", "0x10", "10, 10", "", "9" * 30])
async def test_s54_a_length_that_is_none_is_refused(strict: Arena, announced: str) -> None:
    heard = await strict.raw(head(strict, f"Content-Length: {announced}"), b"{}")

    assert status_of(heard) in {400, 408, 413}


@pytest.mark.parametrize(
    "lines",
    [
        ("Content-Length: 5", "Content-Length: 6"),
        ("Content-Length: 5", "Transfer-Encoding: chunked"),
        ("Transfer-Encoding: identity, chunked, chunked",),
        ("Transfer-Encoding: xchunked",),
    ],
)
async def test_s54_two_ways_to_say_where_a_body_ends_are_no_way_to_smuggle(
    strict: Arena, lines: tuple[str, ...]
) -> None:
    smuggled = b"0\r\n\r\nGET /api/v1/users/me HTTP/1.1\r\nHost: x\r\n\r\n"

    heard = await strict.raw(head(strict, *lines), smuggled)

    assert heard.count(b"HTTP/1.1 ") <= 1
    assert 400 <= status_of(heard) < 500 or not heard


async def test_s54_a_compressed_bomb_is_not_unpacked(strict: Arena) -> None:
    bomb = gzip.compress(b" " * 3 * MEGABYTE)
    before = strict.memory()
    lines = (f"Content-Length: {len(bomb)}", "Content-Encoding: gzip")

    heard = await asyncio.gather(*(strict.raw(head(strict, *lines), bomb) for _ in range(10)))

    assert {status_of(one) for one in heard} <= {413, 415}
    assert strict.memory() - before < ALLOWANCE


@pytest.mark.parametrize(
    "request_line",
    [
        "GET /" + "x" * 100_000 + " HTTP/1.1",
        "GET /api/v1/prompts?q=" + "x" * 100_000 + " HTTP/1.1",
        "GET / HTTP/9.9",
        "GET  / HTTP/1.1",
        "G\x00T / HTTP/1.1",
        "\x16\x03\x01\x02\x00",
    ],
)
async def test_s54_what_is_no_proper_request_is_refused(strict: Arena, request_line: str) -> None:
    raw = f"{request_line}\r\nHost: x\r\nConnection: close\r\n\r\n".encode("latin-1")

    heard = await strict.raw(raw)

    assert 400 <= status_of(heard) < 500
    assert b'"error":{"code":' in heard


@pytest.mark.parametrize("size", [40_000, 400_000])
async def test_s54_headers_that_are_too_large_are_refused(strict: Arena, size: int) -> None:
    raw = b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Much: "

    heard = await strict.raw(raw + b"x" * size + b"\r\n\r\n")

    assert status_of(heard) in {400, 431}
