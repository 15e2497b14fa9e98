"""Links to files."""

from dataclasses import dataclass

from moniqo.application.files.access import FILES, require_there
from moniqo.application.files.ports import LinkTerms, Storage
from moniqo.application.files.terms import FileTerms
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.system import Clock
from moniqo.domain.files.file import File, FileId
from moniqo.domain.shared.ids import UserId


@dataclass(frozen=True, slots=True)
class LinkFile:
    """A link at which anybody may download one of the user's files for a while."""

    uow: UnitOfWork
    storage: Storage
    terms: FileTerms
    clock: Clock

    async def __call__(self, *, user_id: UserId, file_id: FileId) -> str:
        """The link; raises `NotFound`."""
        async with self.uow() as tx:
            file = await tx[File].get(file_id, *FILES.readable(user_id))
            await require_there(tx, file, self.clock.now())
        shown = LinkTerms(self.terms.link_life, file.name, file.content_type)
        return await self.storage.link(file.storage_key, shown)
