"""A process that hears a bell and notes for what it was rung."""

import asyncio

from dishka import Provider, Scope, make_async_container
from taskiq import AsyncBroker

from moniqo.adapters.queue.attendants import Attendant, Attendants
from moniqo.adapters.queue.doorbell import Doorbell
from moniqo.adapters.queue.unhurried import Haste


class Belfry:
    """Looks after `something`, which takes no time."""

    def __init__(self, broker: AsyncBroker, *, is_local: bool) -> None:
        self.looks = 0
        self.looked = asyncio.Event()
        something = Attendant(self._look, every=3600.0)
        attendants = Attendants({"something": something}, Haste(asyncio.Event()))
        provider = Provider(Scope.APP)
        provider.provide(lambda: attendants, provides=Attendants)
        self.container = make_async_container(provider)
        self.bell = Doorbell(broker, attendants, self.container, is_local=is_local)

    async def _look(self) -> None:
        self.looks += 1
        self.looked.set()

    async def rung(self, seconds: float = 20) -> None:
        """Wait until somebody has looked."""
        await asyncio.wait_for(self.looked.wait(), seconds)
        self.looked.clear()

    async def close(self) -> None:
        await self.bell.close()
        await self.container.close()
