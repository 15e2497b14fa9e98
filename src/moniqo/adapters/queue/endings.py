"""How tasks ended, written many at a time."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import timedelta

from moniqo.adapters.persistence.task_store import Outcome, Pulse, TaskStore
from moniqo.domain.operations.task import TaskId
from moniqo.domain.shared.errors import Conflict, Unavailable

_PAUSE = 0.5
logger = logging.getLogger(__name__)


class Endings:
    """Writes what it is given in as few calls as the store's own speed asks for.

    Whatever ends while one write is under way goes with the next. What the store does not take is
    offered again for `patience`: by then the leases are over and others have the tasks.
    """

    def __init__(self, store: TaskStore, patience: timedelta) -> None:
        self._store, self._patience = store, patience.total_seconds()
        self._tries = max(1, round(self._patience / _PAUSE))
        self._waiting: list[tuple[Outcome, asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None
        self._alone = asyncio.Lock()

    async def write(self, outcome: Outcome) -> None:
        """Return once it is written, or given up."""
        written = asyncio.get_running_loop().create_future()
        self._waiting.append((outcome, written))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        await written

    async def _write(self) -> None:
        try:
            while self._waiting:
                # What ends in the same moment goes along.
                await asyncio.sleep(0)
                batch, self._waiting = self._waiting, []
                try:
                    await self._offer([outcome for outcome, _ in batch])
                finally:
                    for _, written in batch:
                        if not written.done():
                            written.set_result(None)
        finally:
            self._writing = None

    async def _offer(self, batch: Sequence[Outcome]) -> None:
        for _ in range(self._tries):
            if await self._offered(batch):
                return
            await asyncio.sleep(_PAUSE)
        logger.error("ended tasks could not be written", extra={"tasks": len(batch)})

    async def _offered(self, batch: Sequence[Outcome]) -> bool:
        try:
            async with self._alone:
                await self._store.finish(batch)
        except (Unavailable, Conflict):
            logger.warning("the store takes no ended tasks", exc_info=True)
            return False
        except Exception:
            logger.exception("ended tasks could not be told", extra={"tasks": len(batch)})
        return True

    async def renew(self, pulses: Sequence[Pulse], lease: timedelta) -> dict[TaskId, bool]:
        """See `TaskStore`; never beside a write of this process, whose rows it would wait for.

        Raises `Unavailable` also if it takes as long as the lease.
        """
        try:
            async with asyncio.timeout(self._patience), self._alone:
                return dict(await self._store.renew(pulses, lease))
        except TimeoutError as error:
            raise Unavailable("The store does not answer.") from error
