"""Removing objects that nothing refers to."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from moniqo.application.files.ports import Storage
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.query import Listing, eq, lt
from moniqo.application.shared.system import Clock
from moniqo.domain.files.orphan import Orphan
from moniqo.domain.shared.errors import StaleVersion

_AT_ONCE = 100
_TICK = timedelta(milliseconds=1)
"""The clock's: what is due at this very instant is due."""


@dataclass(frozen=True, slots=True)
class SweepOrphans:
    """Delete each orphan that is due from the store of files, then forget it.

    One whose deletion fails is tried again later and later, for as long as it takes. Raises
    `Unavailable` at the first: the others would fare no better.
    """

    uow: UnitOfWork
    clock: Clock
    storage: Storage

    async def __call__(self) -> None:
        """Delete what is due now."""
        while due := await self._due():
            for orphan in due:
                # Somebody else's sweep, or the upload itself after all, has come first.
                with suppress(StaleVersion):
                    await self._sweep(orphan)

    async def _due(self) -> tuple[Orphan, ...]:
        due = lt("due_at", self.clock.now() + _TICK)
        listing = Listing(where=(due,), sort=("due_at",), limit=_AT_ONCE)
        async with self.uow() as tx:
            return (await tx[Orphan].page(listing)).items

    async def _sweep(self, orphan: Orphan) -> None:
        async with self.uow() as tx:
            await tx[Orphan].save(orphan.claimed(self.clock.now()))
        await self.storage.delete(orphan.storage_key)
        async with self.uow() as tx:
            await tx[Orphan].purge(eq("id", orphan.id))
