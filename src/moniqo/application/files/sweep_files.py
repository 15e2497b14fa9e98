"""Files whose time is over, and objects that nothing refers to."""

from contextlib import suppress
from dataclasses import dataclass

from moniqo.application.files.keeping import Keeping
from moniqo.application.files.sweep_orphans import SweepOrphans
from moniqo.application.shared.query import Listing, lt
from moniqo.domain.files.file import File
from moniqo.domain.shared.errors import StaleVersion

_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class SweepFiles:
    """Remove each file whose time is over, then delete what nothing refers to.

    Any number may do so at once. Raises `Unavailable` as `SweepOrphans` does.
    """

    keeping: Keeping
    sweep_orphans: SweepOrphans

    async def __call__(self) -> None:
        """Remove what is over now."""
        while over := await self._over():
            for file in over:
                # Its owner, or somebody else's sweep, has come first.
                with suppress(StaleVersion):
                    await self._remove(file)
        await self.sweep_orphans()

    async def _over(self) -> tuple[File, ...]:
        now = self.keeping.clock.now()
        listing = Listing((lt("expires_at", now),), sort=("expires_at",), limit=_AT_ONCE)
        async with self.keeping.uow() as tx:
            return (await tx[File].page(listing)).items

    async def _remove(self, file: File) -> None:
        async with self.keeping.uow() as tx:
            await tx[File].remove(file)
            await self.keeping.abandon(tx, file.storage_key)
