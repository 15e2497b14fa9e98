"""The use cases of uploads put together in memory, over a store of files that can be made fail."""

from dataclasses import dataclass, field, replace

from moniqo.adapters.media.pillow_pictures import PillowPictures
from moniqo.adapters.storage.memory import MemoryStorage
from moniqo.adapters.storage.signed_links import SignedLinks
from moniqo.application.files.get_avatar import Avatar, GetAvatar
from moniqo.application.files.keeping import Keeping
from moniqo.application.files.link_file import LinkFile
from moniqo.application.files.open_file import OpenFile
from moniqo.application.files.ports import Content, Pieces
from moniqo.application.files.remove_avatar import RemoveAvatar
from moniqo.application.files.remove_file import RemoveFile
from moniqo.application.files.set_avatar import SetAvatar
from moniqo.application.files.store_file import StoreFile
from moniqo.application.files.sweep_files import SweepFiles
from moniqo.application.files.sweep_orphans import SweepOrphans
from moniqo.application.files.terms import FileTerms
from moniqo.application.files.upload import AvatarUpload, FileUpload
from moniqo.application.identity.members import Profile
from moniqo.application.identity.principal import Principal
from moniqo.application.identity.throttle import Throttle
from moniqo.domain.files.file import File
from moniqo.domain.files.kind import FileKind
from moniqo.domain.files.orphan import Orphan
from moniqo.domain.identity.account import Account
from moniqo.domain.identity.user import User
from moniqo.domain.shared.errors import Unavailable
from moniqo.domain.shared.ids import SessionId, UserId
from support.people import KEYS, People, open_people
from support.pictures import picture
from support.uploads import PDF


class Shelf(MemoryStorage):
    """Where objects lie; what `broken` names fails: before an effect, or `after` it."""

    def __init__(self, links: SignedLinks) -> None:
        super().__init__(links)
        self.broken: set[str] = set()

    async def put(self, key: str, content: bytes | Pieces, kind: FileKind) -> None:
        self._require("put")
        await super().put(key, content, kind)
        self._require("after put")

    async def open(self, key: str) -> Content:
        self._require("open")
        return await super().open(key)

    async def delete(self, key: str) -> None:
        self._require("delete")
        await super().delete(key)

    def _require(self, what: str) -> None:
        if what in self.broken:
            raise Unavailable("The store of files is away.")


@dataclass(slots=True)
class Bells:
    """A bell that only notes for what it is rung."""

    rung: list[str] = field(default_factory=list)

    async def ring(self, name: str) -> None:
        self.rung.append(name)


@dataclass(frozen=True, slots=True)
class Cabinet:
    """Ada, and what she uploads."""

    people: People
    ada: Principal
    shelf: Shelf
    terms: FileTerms = field(default_factory=FileTerms)
    bells: Bells = field(default_factory=Bells)
    pictures: PillowPictures = field(default_factory=PillowPictures)

    @property
    def keeping(self) -> Keeping:
        people = self.people
        uow = replace(people.uow, bell=self.bells)
        return Keeping(uow, people.clock, people.ids, self.shelf)

    @property
    def throttle(self) -> Throttle:
        return Throttle(self.people.uow, self.people.clock, self.people.ids)

    async def set_avatar(self, content: bytes | None = None, name: str = "me.png") -> Profile:
        use_case = SetAvatar(self.keeping, self.pictures, self.throttle, self.terms)
        upload = AvatarUpload(name, picture() if content is None else content)
        return await use_case(caller=self.ada, upload=upload)

    async def remove_avatar(self) -> None:
        await RemoveAvatar(self.keeping)(user_id=self.ada.user_id)

    async def avatar(self, user_id: UserId | None = None, has: str = "") -> Avatar:
        get = GetAvatar(self.people.uow, self.shelf)
        return await get(user_id=user_id or self.ada.user_id, seen=lambda mark: mark == has)

    async def store(self, content: bytes = PDF, name: str = "a.pdf") -> File:
        use_case = StoreFile(self.keeping, self.throttle, self.terms)
        return await use_case(user_id=self.ada.user_id, upload=FileUpload(name, content))

    async def remove_file(self, file: File, user_id: UserId | None = None) -> None:
        remove = RemoveFile(self.keeping)
        await remove(user_id=user_id or self.ada.user_id, file_id=file.id)

    async def link(self, file: File, user_id: UserId | None = None) -> str:
        link = LinkFile(self.people.uow, self.shelf, self.terms, self.people.clock)
        return await link(user_id=user_id or self.ada.user_id, file_id=file.id)

    async def sweep(self) -> None:
        await SweepOrphans(self.people.uow, self.people.clock, self.shelf)()

    async def sweep_files(self, keeping: Keeping | None = None) -> None:
        orphans = SweepOrphans(self.people.uow, self.people.clock, self.shelf)
        await SweepFiles(keeping or self.keeping, orphans)()

    async def open(self, file: File) -> Content:
        opened = OpenFile(self.people.uow, self.shelf, self.people.clock)
        return await opened(key=file.storage_key)

    async def user(self) -> User:
        (user,) = await self.people.all(User)
        return user  # type: ignore[no-any-return]

    async def orphans(self) -> tuple[Orphan, ...]:
        return await self.people.all(Orphan)


async def open_cabinet(terms: FileTerms | None = None) -> Cabinet:
    """Ada with nothing uploaded yet."""
    people = await open_people()
    ada = await people.register()
    (account,) = await people.all(Account)
    caller = Principal(
        user_id=ada.id,
        account_id=account.id,
        session_id=SessionId(people.ids.new()),
        email=str(ada.email),
        role=ada.role,
        permissions=frozenset(ada.permissions),
    )
    shelf = Shelf(SignedLinks(keys=KEYS, clock=people.clock))
    return Cabinet(people, caller, shelf, terms or FileTerms())
