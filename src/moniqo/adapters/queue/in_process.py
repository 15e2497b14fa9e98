"""Jobs as asyncio tasks of this process."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextvars import Context
from functools import partial

from moniqo.application.shared.putting_off import after_commit
from moniqo.application.shared.tasks import Job

Handler = Callable[[Job], Awaitable[object]]
Resumer = Callable[[], Awaitable[object]]

logger = logging.getLogger(__name__)


class InProcessQueue:
    """See `TaskQueue`. At most `concurrency` jobs run at once, the others wait their turn.

    `handlers` maps a job's name to what runs it. Jobs named in `apart`, long ones, have so many
    turns of their own and take none of the others'. `resumers` look in the store for what an
    earlier process left unfinished and enqueue it again.
    """

    def __init__(
        self,
        handlers: Mapping[str, Handler],
        *,
        resumers: tuple[Resumer, ...] = (),
        concurrency: int = 4,
        apart: Mapping[str, int] | None = None,
    ) -> None:
        self._handlers = handlers
        self._resumers = resumers
        self._turns = asyncio.Semaphore(concurrency)
        self._apart = {name: asyncio.Semaphore(most) for name, most in (apart or {}).items()}
        self._tasks: set[asyncio.Task[None]] = set()
        self._waiting: set[Job] = set()

    async def enqueue(self, job: Job) -> None:
        """See `TaskQueue`. A job that waits already is not accepted twice.

        The job runs as the system itself: nothing of who enqueued it is known to it.
        """
        handler = self._handlers[job.name]
        await after_commit(partial(self._accept, handler, job))

    async def _accept(self, handler: Handler, job: Job) -> None:
        if job in self._waiting:
            return
        self._waiting.add(job)
        name = f"{job.name} {job.subject_id}"
        task = asyncio.create_task(self._run(handler, job), name=name, context=Context())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def resume(self) -> None:
        """Pick up what is unfinished in the store and held by nobody.

        What one resumer fails at is logged and keeps none of the others from looking.
        """
        for resumer in self._resumers:
            try:
                await resumer()
            except Exception:
                logger.exception("resuming failed")

    async def sweep(self, seconds: float) -> None:
        """Resume at once and then every so many seconds, until cancelled."""
        while True:
            await self.resume()
            await asyncio.sleep(seconds)

    async def drain(self, seconds: float | None = None) -> None:
        """Wait until nothing is left, jobs enqueued by jobs included.

        What has not ended after `seconds` is cancelled; its row says how far it came.
        """
        try:
            async with asyncio.timeout(seconds):
                while self._tasks:
                    await asyncio.wait(self._tasks)
        except TimeoutError:
            await self._cancel()

    async def _cancel(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _run(self, handler: Handler, job: Job) -> None:
        async with self._apart.get(job.name, self._turns):
            self._waiting.discard(job)
            try:
                await handler(job)
            except asyncio.CancelledError:
                logger.warning("job cut off", extra=_named(job))
                raise
            except Exception:
                logger.exception("job failed", extra=_named(job))


def _named(job: Job) -> dict[str, str]:
    return {"job": job.name, "subject_id": str(job.subject_id)}
