"""Files to keep."""

import hashlib
from dataclasses import dataclass

from moniqo.application.files.keeping import Keeping
from moniqo.application.files.terms import FileTerms
from moniqo.application.files.upload import FileUpload
from moniqo.application.identity.throttle import Throttle
from moniqo.domain.files.file import File, FileId
from moniqo.domain.files.kind import FileKind
from moniqo.domain.files.names import file_key, safe_name
from moniqo.domain.shared.errors import UnsupportedFileType
from moniqo.domain.shared.ids import UserId


@dataclass(frozen=True, slots=True)
class StoreFile:
    """Keep an upload byte for byte, under a harmless form of its name.

    Raises `RateLimited`, `UnsupportedFileType` for what is, by its content, none of the kinds
    that are known here, `Unavailable`.
    """

    keeping: Keeping
    throttle: Throttle
    terms: FileTerms

    async def __call__(self, *, user_id: UserId, upload: FileUpload) -> File:
        """The file as kept."""
        await self.throttle.take(self.terms.allowance, str(user_id))
        kind = FileKind.of(upload.content)
        if kind is None:
            known = ", ".join(sorted(upload.kinds))
            raise UnsupportedFileType.field("file", f"must be, by its content, one of {known}")
        file = self._described(user_id, upload, kind)
        stored = self.keeping.stored(file.storage_key, upload.content, kind)
        async with stored as orphan, self.keeping.uow() as tx:
            await self.keeping.adopt(tx, orphan)
            return await tx[File].add(file)

    def _described(self, owner_id: UserId, upload: FileUpload, kind: FileKind) -> File:
        file_id = FileId(self.keeping.ids.new())
        return File(
            id=file_id,
            owner_id=owner_id,
            storage_key=file_key(owner_id, file_id, kind),
            name=safe_name(upload.name),
            content_type=kind.value,
            size=len(upload.content),
            sha256=hashlib.sha256(upload.content).hexdigest(),
        )
