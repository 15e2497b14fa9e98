"""That references lead somewhere: MongoDB has no foreign keys of its own."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from pymongo.asynchronous.client_session import AsyncClientSession

from moniqo.adapters.persistence.collection import Collection
from moniqo.adapters.persistence.mongo.documents import Document
from moniqo.adapters.persistence.mongo.store import Store
from moniqo.adapters.persistence.violations import dangling


class References:
    """Looks within one transaction; asks once for what it has seen to exist."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: set[tuple[str, UUID]] = set()

    def note(self, collection: Collection[Any], ids: Iterable[UUID]) -> None:
        """These documents exist in this transaction."""
        self._known.update((collection.name, known) for known in ids)

    def forget(self) -> None:
        """Documents were deleted for good."""
        self._known.clear()

    async def check(
        self,
        collection: Collection[Any],
        documents: Sequence[Document],
        fields: Iterable[str],
        tx: AsyncClientSession,
    ) -> None:
        """Raise unless what the fields refer to exists, removed or not."""
        wanted: dict[str, dict[UUID, str]] = defaultdict(dict)
        targets = self._store.references[collection.entity]
        for field in fields:
            name = targets[field].name
            referred = {document[field] for document in documents} - {None}
            wanted[name] |= {item: field for item in referred if (name, item) not in self._known}
        for target in {item.name: item for item in targets.values()}.values():
            if wanted[target.name]:
                await self._find(collection, target, wanted[target.name], tx)

    async def _find(
        self,
        collection: Collection[Any],
        target: Collection[Any],
        wanted: dict[UUID, str],
        tx: AsyncClientSession,
    ) -> None:
        rows = self._store.rows(target).find({"_id": {"$in": [*wanted]}}, {"_id": 1}, session=tx)
        found = {row["_id"] for row in await rows.to_list()}
        self.note(target, found)
        for referred, field in wanted.items():
            if referred not in found:
                raise dangling(collection, field)
