"""Bytes on a connection, for what no proper client would send."""

import asyncio
from collections.abc import AsyncIterable, Iterable
from contextlib import suppress

SECONDS = 30


async def exchange(port: int, *pieces: bytes, pause: float = 0, seconds: float = SECONDS) -> bytes:
    """What a server says to `pieces`, sent `pause` seconds apart, until it hangs up.

    It stops sending once the server answers. Raises `TimeoutError` past `seconds`.
    """
    return await stream(port, _slowly(pieces, pause), seconds)


async def stream(port: int, pieces: AsyncIterable[bytes], seconds: float = SECONDS) -> bytes:
    """As `exchange`, with pieces that may never end."""
    async with asyncio.timeout(seconds):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        sending = asyncio.create_task(_send(writer, pieces))
        try:
            return await _heard(reader)
        finally:
            sending.cancel()
            writer.close()
            with suppress(ConnectionError, asyncio.CancelledError):
                await sending
                await writer.wait_closed()


async def _slowly(pieces: Iterable[bytes], pause: float) -> AsyncIterable[bytes]:
    for piece in pieces:
        yield piece
        if pause:
            await asyncio.sleep(pause)


async def _send(writer: asyncio.StreamWriter, pieces: AsyncIterable[bytes]) -> None:
    with suppress(ConnectionError):
        async for piece in pieces:
            writer.write(piece)
            await writer.drain()


async def _heard(reader: asyncio.StreamReader) -> bytes:
    heard = b""
    with suppress(ConnectionError):
        while piece := await reader.read(65_536):
            heard += piece
    return heard


def status_of(heard: bytes) -> int:
    """The status of the first answer; 0 if the server hung up without one."""
    line = heard.partition(b"\r\n")[0].split(b" ")
    return int(line[1]) if len(line) > 1 else 0
