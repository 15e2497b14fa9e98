"""Files that are not wanted any more."""

from dataclasses import dataclass

from moniqo.application.files.access import FILES
from moniqo.application.files.keeping import Keeping
from moniqo.application.shared.conflicts import settled
from moniqo.domain.files.file import File, FileId
from moniqo.domain.shared.ids import UserId


@dataclass(frozen=True, slots=True)
class RemoveFile:
    """Remove one of the user's files, and then its bytes; raises `NotFound`."""

    keeping: Keeping

    async def __call__(self, *, user_id: UserId, file_id: FileId) -> None:
        """Remove it."""
        await settled(lambda: self._remove(user_id, file_id))

    async def _remove(self, user_id: UserId, file_id: FileId) -> None:
        async with self.keeping.uow() as tx:
            file = await tx[File].get(file_id, *FILES.writable(user_id))
            await tx[File].remove(file)
            await self.keeping.abandon(tx, file.storage_key)
