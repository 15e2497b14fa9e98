"""Putting objects into the store of files so that none is ever left there unknown."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta

from moniqo.application.files.ports import Pieces, Storage
from moniqo.application.shared.persistence import Transaction, UnitOfWork
from moniqo.application.shared.putting_off import at_once
from moniqo.application.shared.query import eq
from moniqo.application.shared.system import Clock, Ids
from moniqo.domain.files.kind import FileKind
from moniqo.domain.files.orphan import Orphan, OrphanId
from moniqo.domain.shared.errors import AppError

SWEEP_ORPHANS = "sweep_orphans"
"""The name by which orphans are looked after."""
PATIENCE = timedelta(minutes=10)
"""Longer than storing an object and referring to it ever takes."""


@dataclass(frozen=True, slots=True)
class Keeping:
    """What has to happen around every object; see `Orphan`."""

    uow: UnitOfWork
    clock: Clock
    ids: Ids
    storage: Storage

    @asynccontextmanager
    async def stored(
        self, key: str, content: bytes | Pieces, kind: FileKind, *, patience: timedelta = PATIENCE
    ) -> AsyncIterator[Orphan]:
        """Store an object that is an orphan until `adopt`, which belongs into the block.

        If the block raises, the object goes soon; `patience` is longer than it can ever take.
        Raises `Unavailable`.
        """
        async with at_once(), self.uow() as tx:
            orphan = await tx[Orphan].add(self._orphan(key, due_in=patience))
        try:
            await self.storage.put(key, content, kind)
            yield orphan
        except Exception:
            await self._give_up(orphan)
            raise

    async def adopt(self, tx: Transaction, orphan: Orphan) -> None:
        """Something refers to it from this transaction on; `StaleVersion` if it was taken away."""
        await tx[Orphan].remove(orphan)
        await tx[Orphan].purge(eq("id", orphan.id))

    async def abandon(self, tx: Transaction, key: str) -> None:
        """Nothing refers to the object any more from this transaction on; it goes soon after."""
        await tx[Orphan].add(self._orphan(key, due_in=timedelta()))
        tx.ring(SWEEP_ORPHANS)

    async def _give_up(self, orphan: Orphan) -> None:
        # Whatever else goes wrong here: in the end its time comes by itself.
        with suppress(AppError):
            async with self.uow() as tx:
                await tx[Orphan].save(orphan.with_(due_at=self.clock.now()))
                tx.ring(SWEEP_ORPHANS)

    def _orphan(self, key: str, *, due_in: timedelta) -> Orphan:
        return Orphan(
            id=OrphanId(self.ids.new()), storage_key=key, due_at=self.clock.now() + due_in
        )
