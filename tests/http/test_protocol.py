"""What is no HTTP at all, sent to a real socket."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest
import uvicorn

from moniqo.entrypoints.http.app import create_app
from moniqo.entrypoints.http.protocol import EnvelopedProtocol
from moniqo.entrypoints.settings import Settings
from support.workshop import OpenController, workshop_container


@pytest.fixture
async def server() -> AsyncIterator[uvicorn.Server]:
    """The workshop, open to everybody."""
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
    yield server
    server.should_exit = True
    await serving


@pytest.fixture
def port(server: uvicorn.Server) -> int:
    """Where the workshop listens."""
    port: int = server.servers[0].sockets[0].getsockname()[1]
    return port


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


def too_large(size: int) -> bytes:
    return (
        b"POST /api/v1/open/echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b"Content-Length: %d\r\n\r\n" % size
    )


async def test_whoever_sends_too_much_and_only_then_listens_hears_why(port: int) -> None:
    size = 24_000_000

    def sent_then_heard() -> bytes:
        with socket.create_connection(("127.0.0.1", port), 5) as client:
            client.sendall(too_large(size) + bytes(size))
            return b"".join(iter(lambda: client.recv(65_536), b""))

    answer = await asyncio.to_thread(sent_then_heard)

    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b'"PAYLOAD_TOO_LARGE"' in answer


async def test_whoever_goes_on_sending_is_heard_out_for_a_while_only(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("moniqo.entrypoints.http.parting.SECONDS", 0.1)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(too_large(24_000_000))

    answer = await asyncio.wait_for(reader.read(), 5)

    assert answer.startswith(b"HTTP/1.1 413 ")
    with pytest.raises(ConnectionError):
        for _ in range(500):
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("protocol", [b"websocket", b"h2c"])
async def test_what_else_a_client_could_speak_is_answered_in_the_envelope(
    port: int, protocol: bytes
) -> None:
    request = (
        b"GET /api/v1/open/search?word=saw HTTP/1.1\r\nHost: x\r\nConnection: close, Upgrade\r\n"
        b"Upgrade: " + protocol + b"\r\nSec-WebSocket-Version: 13\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )

    head, body = await talk(port, request)

    assert head[0] == "http/1.1 200 ok"
    assert "x-content-type-options: nosniff" in head
    assert json.loads(body)["data"]["word"] == "saw"


async def test_what_follows_a_request_does_not_speak_into_its_answer(port: int) -> None:
    request = b"GET /api/v1/open/search?word=saw HTTP/1.1\r\nHost: x\r\n\r\n"

    head, body = await talk(port, request + b"nonsense\r\n\r\n")

    assert head[0] == "http/1.1 200 ok"
    assert json.loads(body)["data"]["word"] == "saw"


async def test_a_body_that_cannot_be_read_is_answered(port: int) -> None:
    head, body = await talk(
        port,
        b"POST /api/v1/open/echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b"Transfer-Encoding: chunked\r\n\r\nno number\r\n",
    )

    assert head[0] == "http/1.1 400 bad request"
    assert json.loads(body)["error"]["code"] == "MALFORMED_REQUEST"


async def test_a_connection_on_which_nothing_is_asked_ends(
    server: uvicorn.Server, port: int
) -> None:
    server.config.timeout_keep_alive = 0.2  # type: ignore[assignment]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    closed = asyncio.create_task(reader.read())
    with suppress(ConnectionError):
        for _ in range(100):
            if closed.done():
                break
            writer.write(b"\r\n")
            await asyncio.sleep(0.02)

    assert await asyncio.wait_for(closed, 1) == b""


def protocol_of(server: uvicorn.Server) -> Any:
    """The only connection."""
    (connection,) = server.server_state.connections
    return connection


async def test_a_client_that_does_not_read_is_given_up(
    server: uvicorn.Server, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /api/v1/open/search?word=saw HTTP/1.1\r\nHost: x\r\n\r\n")
    await reader.read(65_536)
    monkeypatch.setattr("moniqo.entrypoints.http.protocol.STALL_SECONDS", 0.1)
    connection = protocol_of(server)

    connection.pause_writing()
    connection.resume_writing()
    await asyncio.sleep(0.2)
    patient = connection in server.server_state.connections
    connection.pause_writing()
    with suppress(ConnectionError):
        await asyncio.wait_for(reader.read(), 2)

    assert patient
    assert not server.server_state.connections
