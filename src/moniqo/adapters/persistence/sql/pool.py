"""A bounded pool of connections of any kind, first come, first served."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from moniqo.adapters.persistence.sql.limits import Limits
from moniqo.domain.shared.errors import Unavailable

C = TypeVar("C")


class Pool(Generic[C]):
    """Connections within `limits`, made when they are needed and kept for the next.

    Who waits too long for one gets `Unavailable`.
    """

    def __init__(
        self,
        make: Callable[[], Awaitable[C]],
        *,
        usable: Callable[[C], bool],
        discard: Callable[[C], object],
        limits: Limits,
    ) -> None:
        self._make, self._usable, self._discard = make, usable, discard
        self._free = asyncio.Semaphore(limits.pool_size)
        self._patience = limits.patience
        self._idle: list[C] = []
        self._closed = False

    async def acquire(self) -> C:
        """A connection for the caller alone, who must `release` it."""
        await self._turn()
        try:
            while self._idle:
                connection = self._idle.pop()
                if self._usable(connection):
                    return connection
                self._discard(connection)
            return await self._make()
        except BaseException:
            self._free.release()
            raise

    def release(self, connection: C) -> None:
        """Give it back; one that is broken or in the middle of something is thrown away."""
        if self._closed or not self._usable(connection):
            self._discard(connection)
        else:
            self._idle.append(connection)
        self._free.release()

    async def close(self, end: Callable[[C], Awaitable[object]]) -> None:
        """End all that are idle; those in use are thrown away when they come back."""
        self._closed = True
        while self._idle:
            await end(self._idle.pop())

    async def _turn(self) -> None:
        if self._closed:
            raise Unavailable("The database connection is closed.")
        if not self._free.locked():
            await self._free.acquire()  # at once: no clock needs to be set
            return
        try:
            async with asyncio.timeout(self._patience):
                await self._free.acquire()
        except TimeoutError as error:
            raise Unavailable("The database is busy; try again.", retry_after=1) from error
