"""Objects that end with the process."""

from collections.abc import AsyncGenerator

from moniqo.adapters.storage.keys import parts_of
from moniqo.adapters.storage.signed_links import SignedLinks
from moniqo.application.files.ports import Content, LinkTerms, Pieces
from moniqo.domain.files.kind import FileKind
from moniqo.domain.shared.errors import NotFound


class MemoryStorage:
    """See `Storage`: for tests and trials. `objects` is all there is, by key."""

    def __init__(self, links: SignedLinks) -> None:
        self.objects: dict[str, bytes] = {}
        self._links = links

    async def put(self, key: str, content: bytes | Pieces, kind: FileKind) -> None:  # noqa: ARG002  (a key says it)
        """See `Storage`."""
        parts_of(key)
        if not isinstance(content, bytes):
            content = b"".join([piece async for piece in content])
        self.objects[key] = content

    async def open(self, key: str) -> Content:
        """See `Storage`."""
        parts_of(key)
        if key not in self.objects:
            raise NotFound("There is no such object.")
        content = self.objects[key]
        return Content(len(content), _one(content))

    async def delete(self, key: str) -> None:
        """See `Storage`."""
        parts_of(key)
        self.objects.pop(key, None)

    async def link(self, key: str, terms: LinkTerms) -> str:
        """See `Storage`."""
        parts_of(key)
        return self._links.made(key, terms)

    async def check(self) -> None:
        """See `Storage`."""


async def _one(content: bytes) -> AsyncGenerator[bytes, None]:
    yield content
