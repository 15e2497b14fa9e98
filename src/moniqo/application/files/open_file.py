"""Downloads by a link."""

from dataclasses import dataclass

from moniqo.application.files.access import require_there
from moniqo.application.files.ports import Content, Storage
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.system import Clock
from moniqo.domain.files.file import File
from moniqo.domain.files.names import file_of


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A file for whoever has a link to it; raises `NotFound` and `Unavailable`.

    A link that is still good leads nowhere once the file is removed or its time over, or its owner
    is shut out.
    """

    uow: UnitOfWork
    storage: Storage
    clock: Clock

    async def __call__(self, *, key: str) -> Content:
        """What is stored under `key`, which comes from a link of ours."""
        async with self.uow() as tx:
            file = await tx[File].get(file_of(key))
            await require_there(tx, file, self.clock.now())
        return await self.storage.open(key)
