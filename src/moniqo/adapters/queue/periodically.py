"""Work that is due now and then, for whoever looks more often than that."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from moniqo.application.shared.system import Clock


class Periodically:
    """Does the work when it is first asked, and from then on at most once in `every`."""

    def __init__(
        self, work: Callable[[], Awaitable[object]], every: timedelta, clock: Clock
    ) -> None:
        self._work = work
        self._every = every
        self._clock = clock
        self._due: datetime | None = None

    async def __call__(self) -> None:
        """Do it if it is due."""
        now = self._clock.now()
        if self._due is None or now >= self._due:
            self._due = now + self._every
            await self._work()
