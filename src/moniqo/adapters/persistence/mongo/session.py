"""One unit of work on MongoDB."""

from collections.abc import Sequence
from typing import Any, TypeVar

from pymongo.asynchronous.client_session import AsyncClientSession

from moniqo.adapters.persistence.backend import Select
from moniqo.adapters.persistence.collection import Collection
from moniqo.adapters.persistence.mongo.documents import document_of, reader
from moniqo.adapters.persistence.mongo.failures import translated
from moniqo.adapters.persistence.mongo.queries import (
    TOTAL,
    filling,
    matching,
    order,
    page,
    page_and_total,
)
from moniqo.adapters.persistence.mongo.references import References
from moniqo.adapters.persistence.mongo.rivals import rival
from moniqo.adapters.persistence.mongo.store import Store
from moniqo.adapters.persistence.mongo.transactions import begun, committed, ended
from moniqo.adapters.persistence.violations import stale
from moniqo.application.shared.query import Condition
from moniqo.domain.shared.entity import Entity
from moniqo.domain.shared.errors import StaleVersion

E = TypeVar("E", bound=Entity)


class MongoSession:
    """Reads on their own until the first write, which begins a transaction on a snapshot."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._references = References(store)
        self._tx: AsyncClientSession | None = None

    async def find(self, collection: Collection[E], select: Select) -> list[E]:
        """See `Session`."""
        if select.limit == 0:
            return []
        with translated(collection):
            cursor = self._store.rows(collection).find(
                page(collection, select),
                dict.fromkeys(select.without, 0) or None,
                sort=order(select),
                skip=select.offset,
                limit=select.limit or 0,
                batch_size=select.limit or 0,
                session=self._tx,
            )
            documents = await cursor.to_list()
        return list(map(reader(collection.entity, select.without), documents))

    async def find_and_count(
        self, collection: Collection[E], select: Select
    ) -> tuple[list[E], int]:
        """See `Session`; in one round trip, save within a transaction, where no union may be."""
        if select.limit == 0 or self._tx is not None:
            return await self.find(collection, select), await self.count(collection, select)
        batch: dict[str, Any] = {} if select.limit is None else {"batchSize": select.limit + 1}
        with translated(collection):
            cursor = await self._store.rows(collection).aggregate(
                page_and_total(collection, select), session=self._tx, **batch
            )
            documents = await cursor.to_list()
        total = documents.pop()[TOTAL] if documents and TOTAL in documents[-1] else 0
        return list(map(reader(collection.entity, select.without), documents)), total

    async def count(self, collection: Collection[E], select: Select) -> int:
        """See `Session`."""
        with translated(collection):
            rows = self._store.rows(collection)
            return await rows.count_documents(matching(select), session=self._tx)

    async def insert(self, collection: Collection[E], entities: Sequence[E]) -> None:
        """See `Session`."""
        tx = await self._begin()
        documents = [document_of(entity) for entity in entities]
        self._references.note(collection, (entity.id for entity in entities))
        fields = self._store.references[collection.entity]
        with translated(collection):
            await self._references.check(collection, documents, fields, tx)
        try:
            with translated(collection):
                await self._store.rows(collection).insert_many(documents, session=tx)
        except StaleVersion as conflict:
            with translated(collection):
                violation = await rival(self._store, collection, documents, wait=True)
            raise violation or conflict from conflict

    async def update(self, collection: Collection[E], entity: E, expected_version: int) -> None:
        """See `Session`."""
        tx = await self._begin()
        document = document_of(entity)
        expected = {"_id": entity.id, "version": expected_version}
        fields = self._store.references[collection.entity]
        try:
            with translated(collection):
                rows = self._store.rows(collection)
                old = await rows.find_one_and_replace(
                    expected, document, {"_id": 1, **dict.fromkeys(fields, 1)}, session=tx
                )
        except StaleVersion as conflict:
            with translated(collection):
                violation = await rival(self._store, collection, [document], wait=False)
            raise violation or conflict from conflict
        if old is None:
            raise stale(collection)
        changed = [field for field in fields if document[field] != old.get(field)]
        with translated(collection):
            await self._references.check(collection, [document], changed, tx)

    async def fill(self, collection: Collection[E], entities: Sequence[E]) -> None:
        """See `Session`."""
        tx = await self._begin()
        changes = [filling(collection, document_of(entity)) for entity in entities]
        with translated(collection):
            done = await self._store.rows(collection).bulk_write(changes, session=tx)
        if done.matched_count < len(entities):
            raise stale(collection)

    async def delete(self, collection: Collection[E], where: tuple[Condition, ...]) -> int:
        """See `Session`."""
        tx = await self._begin()
        self._references.forget()
        doomed = matching(Select(where=where, deleted=True))
        with translated(collection):
            await self._references.release(collection, doomed, tx)
            gone = await self._store.rows(collection).delete_many(doomed, session=tx)
        return gone.deleted_count

    async def commit(self) -> None:
        """See `Session`."""
        if self._tx is not None:
            with translated():
                await committed(self._tx)
            await self.rollback()

    async def rollback(self) -> None:
        """See `Session`."""
        tx, self._tx = self._tx, None
        if tx is not None:
            await ended(tx)

    async def _begin(self) -> AsyncClientSession:
        if self._tx is None:
            with translated():
                self._tx = await begun(self._store.client)
        return self._tx
