"""That references lead somewhere: MongoDB has no foreign keys of its own."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from pymongo.asynchronous.client_session import AsyncClientSession

from moniqo.adapters.persistence.collection import Collection
from moniqo.adapters.persistence.mongo.documents import Document
from moniqo.adapters.persistence.mongo.queries import Filter
from moniqo.adapters.persistence.mongo.store import Store
from moniqo.adapters.persistence.violations import dangling, referred


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
            needed = {document[field] for document in documents} - {None}
            wanted[name] |= {item: field for item in needed if (name, item) not in self._known}
        for target in {item.name: item for item in targets.values()}.values():
            if wanted[target.name]:
                await self._find(collection, target, wanted[target.name], tx)

    async def release(
        self, collection: Collection[Any], doomed: Filter, tx: AsyncClientSession
    ) -> None:
        """Raise if anything but the documents to be deleted themselves refers to one of them."""
        referrers = self._store.referrers[collection.entity]
        if referrers:
            rows = self._store.rows(collection).find(doomed, {"_id": 1}, session=tx)
            ids = [row["_id"] for row in await rows.to_list()]
        for referrer, field in referrers:
            others = {"_id": {"$nin": ids}} if referrer is collection else {}
            where = {field: {"$in": ids}, **others}
            if await self._store.rows(referrer).find_one(where, {"_id": 1}, session=tx):
                raise referred(collection)

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
        for needed, field in wanted.items():
            if needed not in found:
                raise dangling(collection, field)
