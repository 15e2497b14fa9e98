"""A new picture of oneself."""

from dataclasses import dataclass

from moniqo.application.files.keeping import Keeping
from moniqo.application.files.ports import Pictures
from moniqo.application.files.terms import FileTerms
from moniqo.application.files.upload import AvatarUpload
from moniqo.application.identity.members import Profile, profile
from moniqo.application.identity.principal import Principal
from moniqo.application.identity.throttle import Throttle
from moniqo.application.shared.conflicts import settled
from moniqo.domain.files.kind import FileKind
from moniqo.domain.files.names import avatar_key
from moniqo.domain.files.orphan import Orphan
from moniqo.domain.identity.account import Account
from moniqo.domain.identity.user import User
from moniqo.domain.shared.errors import UnsupportedFileType


@dataclass(frozen=True, slots=True)
class SetAvatar:
    """Make an upload the caller's picture; the one before is removed.

    Raises `RateLimited`; `UnsupportedFileType` for what is no picture of an allowed kind, by its
    content, or is broken or too large in pixels; `Unavailable`. Of several at once the last one
    to commit stays, alone.
    """

    keeping: Keeping
    pictures: Pictures
    throttle: Throttle
    terms: FileTerms

    async def __call__(self, *, caller: Principal, upload: AvatarUpload) -> Profile:
        """The caller's profile with the new picture."""
        await self.throttle.take(self.terms.allowance, str(caller.user_id))
        kind = FileKind.of(upload.content)
        if kind is None or kind not in self.terms.avatar_kinds:
            raise _refused(self.terms)
        picture = await self.pictures.renewed(upload.content, kind)
        now, unique = self.keeping.clock.now(), self.keeping.ids.new()
        key = avatar_key(caller.user_id, now, upload.name, picture.kind, unique)
        async with self.keeping.stored(key, picture.content, picture.kind) as orphan:
            return await settled(lambda: self._refer(caller, orphan))

    async def _refer(self, caller: Principal, orphan: Orphan) -> Profile:
        async with self.keeping.uow() as tx:
            user = await tx[User].get(caller.user_id)
            account = await tx[Account].get(caller.account_id)
            # First of all, so that who comes second learns it by the version and tries again.
            changed = await tx[User].save(user.with_(avatar_key=orphan.storage_key))
            await self.keeping.adopt(tx, orphan)
            if user.avatar_key is not None:
                await self.keeping.abandon(tx, user.avatar_key)
        return profile(changed, account, caller.role, caller.permissions)


def _refused(terms: FileTerms) -> UnsupportedFileType:
    known = ", ".join(sorted(terms.avatar_kinds))
    return UnsupportedFileType.field("file", f"must be, by its content, one of {known}")
