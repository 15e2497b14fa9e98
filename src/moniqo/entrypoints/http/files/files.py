"""Files of users."""

from dataclasses import dataclass
from typing import Annotated

from moniqo.adapters.storage.disposition import attachment
from moniqo.adapters.storage.signed_links import SignedLinks
from moniqo.application.files.link_file import LinkFile
from moniqo.application.files.open_file import OpenFile
from moniqo.application.files.remove_file import RemoveFile
from moniqo.application.files.store_file import StoreFile
from moniqo.application.files.upload import FileUpload
from moniqo.application.identity.principal import Principal
from moniqo.application.shared.access import Browse
from moniqo.application.shared.query import Listing, Page
from moniqo.application.shared.system import Clock
from moniqo.domain.files.file import File, FileId
from moniqo.domain.shared.entity import Value
from moniqo.domain.shared.errors import Forbidden, NotFound, RateLimited, UnsupportedFileType
from moniqo.domain.shared.rules import Length
from moniqo.entrypoints.http.download import Download
from moniqo.entrypoints.http.endpoint import DELETE, GET, POST, Controller, endpoint
from moniqo.entrypoints.http.envelope import succeeded
from moniqo.entrypoints.http.lists import Lists
from moniqo.entrypoints.http.wire import NO_STORE, NULL, Answer

_LINKED = "Behind `Location` the file can be downloaded for a while."


@dataclass(frozen=True, slots=True)
class Link(Value):
    """What a link to a file holds."""

    link: Annotated[str, Length(1, 2000)]


class FileController(Controller):
    """`/files`."""

    path = "/api/v1/files"
    tag = "Files"

    @endpoint(
        POST,
        summary="Upload a file",
        status=201,
        message="File stored.",
        refuses=(UnsupportedFileType, RateLimited),
    )
    async def store(self, caller: Principal, upload: FileUpload, store_file: StoreFile) -> File:
        """A JPEG, PNG, GIF or PDF by its content. It is kept as it is, for you alone."""
        return await store_file(user_id=caller.user_id, upload=upload)

    @endpoint(
        GET,
        summary="List your files",
        lists=Lists(
            File,
            sort=("created_at", "name", "size"),
            filters=("name", "content_type", "sha256", "created_after", "created_before"),
        ),
    )
    async def index(self, caller: Principal, listing: Listing, browse: Browse[File]) -> Page[File]:
        """What you uploaded, the newest first."""
        return await browse(user_id=caller.user_id, listing=listing)

    @endpoint(
        GET,
        "/content",
        summary="Download a file by its link",
        public=True,
        media=("application/pdf", "image/jpeg", "image/png", "image/gif", "text/csv"),
        headers={"Content-Disposition": "An attachment, with the file's name."},
        refuses=(Forbidden, NotFound),
    )
    async def content(self, query: Link, links: SignedLinks, open_file: OpenFile) -> Answer:
        """Where links lead to unless files are stored elsewhere. Whoever has one may use it."""
        linked = links.read(query.link)
        headers = (
            (b"content-type", linked.content_type.encode()),
            (b"content-disposition", attachment(linked.name).encode()),
            (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; sandbox"),
            NO_STORE,
        )
        return Download(200, b"", headers, content=await open_file(key=linked.key))

    @endpoint(
        GET,
        "/{file_id}",
        summary="Get one of your files",
        status=307,
        message=_LINKED,
        headers={"Location": "A link that is good for a while, for whoever has it."},
    )
    async def fetch(
        self, caller: Principal, file_id: FileId, link_file: LinkFile, clock: Clock
    ) -> Answer:
        """A redirection to a link that anybody may download the file by, for a while."""
        link = await link_file(user_id=caller.user_id, file_id=file_id)
        headers = ((b"location", link.encode()), NO_STORE)
        return succeeded(307, _LINKED, NULL, clock.now(), headers)

    @endpoint(DELETE, "/{file_id}", summary="Delete one of your files", message="File deleted.")
    async def remove(self, caller: Principal, file_id: FileId, remove_file: RemoveFile) -> None:
        """Links to it lead nowhere from now on."""
        await remove_file(user_id=caller.user_id, file_id=file_id)
