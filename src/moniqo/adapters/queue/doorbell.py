"""The bell by Taskiq: ringing it has an attendant of some process look after what it is for."""

import asyncio
import logging
from contextlib import suppress
from contextvars import Context

from dishka import AsyncContainer, FromDishka
from dishka.integrations.taskiq import inject, setup_dishka
from taskiq import AsyncBroker
from taskiq.acks import AcknowledgeType
from taskiq.receiver import Receiver

from moniqo.adapters.queue.attendants import Attendants

HEARD_AT_ONCE = 1_000
"""Ringings that one process answers at once; nearly all of them find others at it and leave."""
PATIENCE = 2.0
"""Seconds that a broker has to take a ringing."""
_PAUSE = 1.0
logger = logging.getLogger(__name__)


@inject(patch_module=True)
async def look(name: str, attendants: FromDishka[Attendants]) -> None:
    """What a ringing asks for; whoever rings gives the name alone."""
    await attendants.look(name)


class Doorbell:
    """See `Bell`. The `broker` may lose, double or forget ringings: everybody looks now and then.

    One that `is_local` is heard by this process alone, which listens from the first ringing on.
    """

    def __init__(
        self,
        broker: AsyncBroker,
        attendants: Attendants,
        container: AsyncContainer,
        *,
        is_local: bool,
    ) -> None:
        self._broker, self._attendants, self._is_local = broker, attendants, is_local
        setup_dishka(container, broker)
        self._look = broker.register_task(look, task_name="look")
        self._starting = asyncio.Lock()
        self._is_up = False
        self._ringing: set[asyncio.Task[None]] = set()
        self._listening: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()

    async def ring(self, name: str) -> None:
        """See `Bell`. One that was rung and not answered yet is not rung twice."""
        if not self._attendants.call(name) or self._closing.is_set():
            return
        if self._is_local:
            self.listen()
        # Not in the name of whoever happens to ring.
        ringing = asyncio.create_task(self._send(name), context=Context())
        self._ringing.add(ringing)
        ringing.add_done_callback(self._ringing.discard)

    async def _send(self, name: str) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                await self._started()
                await self._look.kiq(name)  # type: ignore[call-overload]
        except Exception as problem:  # noqa: BLE001  (each broker has its own)
            logger.warning("the bell could not be rung: %s", type(problem).__name__)
            self._attendants.came(name)
        else:
            if not self._is_local:
                self._attendants.came(name)

    async def _started(self) -> None:
        async with self._starting:
            if not self._is_up:
                await self._broker.startup()
                self._is_up = True

    def listen(self) -> None:
        """Answer ringings, until closed, whatever becomes of the broker."""
        if self._listening is None:
            self._broker.is_worker_process = True
            self._listening = asyncio.create_task(self._listen(), context=Context())

    async def _listen(self) -> None:
        while not self._closing.is_set():
            try:
                await self._started()
                receiver = Receiver(
                    self._broker,
                    max_async_tasks=HEARD_AT_ONCE,
                    run_startup=False,
                    # At receipt: what there is to do is in the store, however long it takes.
                    ack_type=AcknowledgeType.WHEN_RECEIVED,
                )
                await receiver.listen(self._closing)
            except Exception as problem:  # noqa: BLE001  (each broker has its own)
                # As often as it is tried: a line.
                logger.warning("the bell cannot be heard: %s", type(problem).__name__)
            # A broker may end a listening without a word, and do so again and again.
            with suppress(TimeoutError):
                async with asyncio.timeout(_PAUSE):
                    await self._closing.wait()

    async def drain(self, seconds: float | None = None) -> None:
        """Wait until nobody looks after anything, or for so many seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._attendants.quiet()

    async def close(self) -> None:
        """Answer and ring no more."""
        self._closing.set()
        for ringing in tuple(self._ringing):
            ringing.cancel()
        if self._listening is not None:
            # It ends by itself, unless it waits for a broker that does not answer.
            _, left = await asyncio.wait({self._listening}, timeout=PATIENCE)
            for listening in left:
                listening.cancel()
        if self._is_up:
            with suppress(Exception):
                await self._broker.shutdown()
