"""Brokers that carry nothing but the ringing of a bell."""

import asyncio
from collections.abc import AsyncGenerator

from taskiq import AsyncBroker, BrokerMessage


class InProcessBell(AsyncBroker):
    """Heard in this process alone."""

    def __init__(self) -> None:
        super().__init__()
        self._rung: asyncio.Queue[bytes] = asyncio.Queue()

    async def kick(self, message: BrokerMessage) -> None:
        """See `AsyncBroker`."""
        self._rung.put_nowait(message.message)

    async def listen(self) -> AsyncGenerator[bytes, None]:
        """See `AsyncBroker`."""
        while True:
            yield await self._rung.get()
