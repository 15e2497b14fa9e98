"""Pictures of users, for everybody."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

from moniqo.application.files.ports import Content, Storage
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.domain.files.kind import FileKind
from moniqo.domain.identity.account import Account
from moniqo.domain.identity.user import User
from moniqo.domain.shared.errors import NotFound
from moniqo.domain.shared.ids import UserId

_TRIES = 3


@dataclass(frozen=True, slots=True)
class Avatar:
    """A user's picture, or that there is none to show.

    `mark` changes with the picture. `kind` and `content` are there if a picture is, and `content`
    unless whoever asks has it already. `initial` is the first letter of their first name.
    """

    user_id: UserId
    mark: str
    initial: str
    kind: FileKind | None = None
    content: Content | None = None


@dataclass(frozen=True, slots=True)
class GetAvatar:
    """The picture of anybody who has an active account; raises `NotFound`.

    `seen` tells whether whoever asks has the picture of a `mark` already.
    """

    uow: UnitOfWork
    storage: Storage

    async def __call__(self, *, user_id: UserId, seen: Callable[[str], bool]) -> Avatar:
        """The picture."""
        for _ in range(_TRIES):
            user = await self._shown(user_id)
            if user.avatar_key is None:
                break
            kind = FileKind.named(user.avatar_key)
            told = Avatar(user_id, user.avatar_key, initial(user.first_name), kind)
            if seen(told.mark):
                return told
            # It may have been replaced, and the old one removed, just now.
            with suppress(NotFound):
                content = await self.storage.open(user.avatar_key)
                return replace(told, content=content)
        letter = initial(user.first_name)
        return Avatar(user_id, f"initial {letter}", letter)

    async def _shown(self, user_id: UserId) -> User:
        async with self.uow() as tx:
            user = await tx[User].get(user_id)
            account = await tx[Account].get(user.account_id)
        if not account.is_active:
            raise NotFound("There is nothing here.")
        return user


def initial(name: str) -> str:
    """The first letter or digit of a name, as a capital; a question mark if it has none."""
    return next((it for it in name if it.isalnum()), "?").upper()[0]
