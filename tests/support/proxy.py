"""A line to a server that can go dead: bytes stop, connections stay."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Line:
    """Clear `alive` to freeze it, set it again to let everything through."""

    port: int = 0
    alive: asyncio.Event = field(default_factory=asyncio.Event)

    async def forward(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        """Pass bytes on while the line lives."""
        with suppress(ConnectionError):
            while data := await source.read(65_536):
                await self.alive.wait()
                target.write(data)
                await target.drain()
        target.close()


@asynccontextmanager
async def line_to(host: str, port: int) -> AsyncIterator[Line]:
    """A line to the server, at first alive."""
    line = Line()
    line.alive.set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(host, port)
        await asyncio.gather(line.forward(reader, far_writer), line.forward(far_reader, writer))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    line.port = server.sockets[0].getsockname()[1]
    try:
        yield line
    finally:
        line.alive.set()
        server.close()
