"""What is no HTTP at all, sent to a real socket."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
import uvicorn

from moniqo.entrypoints.http.app import create_app
from moniqo.entrypoints.http.protocol import EnvelopedProtocol
from moniqo.entrypoints.settings import Settings
from support.workshop import OpenController, workshop_container


@pytest.fixture
async def port() -> AsyncIterator[int]:
    """Where the workshop listens."""
    app = create_app(workshop_container(), Settings(), (OpenController,))
    config = uvicorn.Config(
        app,  # type: ignore[arg-type]
        port=0,
        log_config=None,
        server_header=False,
        http=EnvelopedProtocol,
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server._serve())
    while not server.started:  # noqa: ASYNC110  (uvicorn has no event for it)
        await asyncio.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await serving


async def talk(port: int, request: bytes) -> tuple[list[str], bytes]:
    """The lines of the answer's head, and its body."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    answer = await asyncio.wait_for(reader.read(), 5)
    writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    return head.decode().lower().split("\r\n"), body


@pytest.mark.parametrize(
    "request_",
    [
        b"hello\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    ],
)
async def test_what_is_no_request_is_answered_in_the_envelope(port: int, request_: bytes) -> None:
    head, body = await talk(port, request_)

    envelope = json.loads(body)
    assert head[0] == "http/1.1 400 bad request"
    assert f"x-request-id: {envelope['request_id']}" in head
    assert "connection: close" in head
    assert "x-content-type-options: nosniff" in head
    assert envelope["error"]["code"] == "MALFORMED_REQUEST"


@pytest.mark.parametrize("line", [b"X-Padding: " + b"x" * 1000 + b"\r\n", b"x" * 1000])
async def test_headers_without_end_are_refused(port: int, line: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nX: ")
    await writer.drain()
    first = asyncio.create_task(reader.read(1))
    for _ in range(1000):
        if first.done():
            break
        writer.write(line)
        await asyncio.sleep(0.001)

    answer = await first + await asyncio.wait_for(reader.read(), 5)
    writer.close()

    assert answer.startswith(b"HTTP/1.1 431 Request Header Fields Too Large\r\n")
    assert b'"HEADERS_TOO_LARGE"' in answer
    assert answer.lower().count(b"connection: close") == 1


async def test_a_head_that_does_not_arrive_is_given_up(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("moniqo.entrypoints.http.protocol.HEAD_SECONDS", 0.1)

    head, body = await talk(port, b"GET / HTTP/1.1\r\nHost: x\r\n")

    assert head[0] == "http/1.1 408 request timeout"
    assert json.loads(body)["error"]["code"] == "REQUEST_TIMEOUT"


async def test_many_requests_on_one_connection_are_each_measured_alone(port: int) -> None:
    request = b"GET /api/v1/open/search?word=saw HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 20_000
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for number in range(8):
        last = b"\r\nConnection: close" if number == 7 else b""
        writer.write(request)
        await asyncio.sleep(0.01)
        writer.write(last + b"\r\n\r\n")
        await asyncio.sleep(0.01)

    answer = await asyncio.wait_for(reader.read(), 5)
    writer.close()

    assert answer.count(b"HTTP/1.1 200 OK") == 8


async def test_a_request_is_served_over_the_wire(port: int) -> None:
    request = b"GET /api/v1/open/search?word=saw HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"

    head, body = await talk(port, request)

    assert head[0] == "http/1.1 200 ok"
    assert not any(line.startswith("server:") for line in head)
    assert json.loads(body)["data"]["word"] == "saw"


async def test_an_endless_body_ends_the_connection(port: int) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        b"POST /api/v1/open/echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n"
    )
    chunk = b"10000\r\n" + b" " * 65_536 + b"\r\n"

    with pytest.raises(ConnectionError):
        for _ in range(2000):
            writer.write(chunk)
            await asyncio.wait_for(writer.drain(), 5)
