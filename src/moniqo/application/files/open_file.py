"""Downloads by a link."""

from dataclasses import dataclass

from moniqo.application.files.ports import Content, Storage
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.domain.files.file import File
from moniqo.domain.files.names import file_of
from moniqo.domain.identity.account import Account
from moniqo.domain.identity.user import User
from moniqo.domain.shared.errors import NotFound


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A file for whoever has a link to it; raises `NotFound` and `Unavailable`.

    A link that is still good leads nowhere once the file is removed, or its owner is shut out.
    """

    uow: UnitOfWork
    storage: Storage

    async def __call__(self, *, key: str) -> Content:
        """What is stored under `key`, which comes from a link of ours."""
        async with self.uow() as tx:
            file = await tx[File].get(file_of(key))
            owner = await tx[User].get(file.owner_id)
            account = await tx[Account].get(owner.account_id)
        if not account.is_active:
            raise NotFound("There is nothing here.")
        return await self.storage.open(key)
