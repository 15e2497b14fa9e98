"""A unit of work in memory."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

from moniqo.adapters.persistence.backend import Select
from moniqo.adapters.persistence.blanks import blanks
from moniqo.adapters.persistence.collection import Collection, Registry
from moniqo.adapters.persistence.memory.conditions import cut, test_of
from moniqo.adapters.persistence.memory.table import Index, Key, Table
from moniqo.adapters.persistence.violations import dangling, duplicate, referred, stale
from moniqo.application.shared.query import Condition, Op, any_of
from moniqo.domain.shared.entity import Entity

E = TypeVar("E", bound=Entity)


class MemorySession:
    """Writes go to an overlay under one lock and reach the tables at commit."""

    def __init__(
        self,
        tables: Mapping[type[Entity], Table],
        registry: Registry | None,
        writing: asyncio.Lock,
    ) -> None:
        self._tables = tables
        self._registry = registry
        self._lock = writing
        self._changes: dict[type[Entity], dict[int, Any]] = {}
        # Who holds which unique values among the changes.
        self._taken: dict[Index, dict[Key, set[int]]] = {}
        self._writing = False

    async def find(self, collection: Collection[E], select: Select) -> list[E]:
        """See `Session`."""
        return _reduced(cut(self._matching(collection, select), select), collection, select)

    async def find_and_count(
        self, collection: Collection[E], select: Select
    ) -> tuple[list[E], int]:
        """See `Session`."""
        rows = self._matching(collection, select)
        total = len(rows)
        return _reduced(cut(rows, select), collection, select), total

    async def count(self, collection: Collection[E], select: Select) -> int:
        """See `Session`."""
        return len(self._matching(collection, select))

    async def insert(self, collection: Collection[E], entities: Sequence[E]) -> None:
        """See `Session`."""
        await self._begin()
        for entity in entities:
            if self._row(collection, entity.id) is not None:
                raise duplicate(collection, ("id",))
            self._put(collection, entity.id.int, entity)
        # Rows that come together may refer to one another.
        for entity in entities:
            self._admit(collection, entity)

    async def update(self, collection: Collection[E], entity: E, expected_version: int) -> None:
        """See `Session`."""
        await self._begin()
        stored = self._row(collection, entity.id)
        if stored is None or stored.version != expected_version:
            raise stale(collection)
        self._admit(collection, entity)
        self._put(collection, entity.id.int, entity)

    async def fill(self, collection: Collection[E], entities: Sequence[E]) -> None:
        """See `Session`."""
        await self._begin()
        for entity in entities:
            stored = self._row(collection, entity.id)
            if stored is None or stored.version != entity.version - 1:
                raise stale(collection)
            if any(getattr(stored, name) is not None for name in collection.write_once):
                raise stale(collection)
            filled = {name: getattr(entity, name) for name in collection.filled}
            self._admit(collection, row := stored.stamped(**filled))
            self._put(collection, row.id.int, row)

    async def delete(self, collection: Collection[E], where: tuple[Condition, ...]) -> int:
        """See `Session`."""
        await self._begin()
        rows = self._matching(collection, Select(where=where, deleted=True))
        self._release(collection, {row.id for row in rows})
        for row in rows:
            self._put(collection, row.id.int, None)
        return len(rows)

    async def commit(self) -> None:
        """See `Session`."""
        for entity, changes in self._changes.items():
            table = self._tables[entity]
            for row_id, row in changes.items():
                table.put(row_id, row)
        self._end()

    async def rollback(self) -> None:
        """See `Session`."""
        self._end()

    def _end(self) -> None:
        self._changes, self._taken = {}, {}
        if self._writing:
            self._writing = False
            self._lock.release()

    async def _begin(self) -> None:
        if not self._writing:
            await self._lock.acquire()
            self._writing = True

    def _put(self, collection: Collection[Any], row_id: int, row: Any | None) -> None:
        overlay = self._changes.setdefault(collection.entity, {})
        old, overlay[row_id] = overlay.get(row_id), row
        for index in self._tables[collection.entity].uniques:
            taken = self._taken.setdefault(index, {})
            before = None if old is None else index.unique_key(old)
            if before is not None:
                taken[before].discard(row_id)
            after = None if row is None else index.unique_key(row)
            if after is not None:
                taken.setdefault(after, set()).add(row_id)

    def _row(self, collection: Collection[E], row_id: UUID) -> E | None:
        key, overlay = row_id.int, self._changes.get(collection.entity)
        if overlay and key in overlay:
            return overlay[key]  # type: ignore[no-any-return]
        return self._tables[collection.entity].rows.get(key)

    def _matching(self, collection: Collection[E], select: Select) -> list[E]:
        where = select.where
        if where and where[0].field == "id" and where[0].op is Op.EQ:
            # Nearly every read names the id first: the row is there or it is not.
            row = self._row(collection, where[0].value)  # type: ignore[arg-type]
            if row is None or (row.deleted_at is not None and not select.deleted):
                return []
            rest = where[1:]
            return [row] if not rest or all(test_of(item)(row) for item in rest) else []
        rows = self._visible(collection, where)
        if not select.deleted:
            rows = [row for row in rows if row.deleted_at is None]
        for condition in where:
            if not rows:
                break
            test = test_of(condition)
            rows = [row for row in rows if test(row)]
        return rows

    def _visible(self, collection: Collection[Any], where: tuple[Condition, ...]) -> list[Any]:
        """Rows that may meet the conditions, this unit's own changes in place of what was."""
        rows = self._tables[collection.entity].candidates(where)
        overlay = self._changes.get(collection.entity)
        if not overlay:
            return rows
        kept = [row for row in rows if row.id.int not in overlay]
        return [*kept, *(row for row in overlay.values() if row is not None)]

    def _release(self, collection: Collection[Any], going: set[UUID]) -> None:
        """Raise if a row that stays refers to one that goes."""
        for referrer, field in self._registry.referrers(collection) if self._registry else ():
            select = Select(where=(any_of(field, tuple(going)),), deleted=True)
            holders = {row.id for row in self._matching(referrer, select)}
            if holders - going if referrer is collection else holders:
                raise referred(collection)

    def _admit(self, collection: Collection[E], entity: E) -> None:
        """Raise unless references lead somewhere and unique fields are free."""
        references = self._registry.references(collection) if self._registry else {}
        for name, target in references.items():
            value = getattr(entity, name)
            if value is not None and self._row(target, value) is None:
                raise dangling(collection, name)
        overlay = self._changes.get(collection.entity, {})
        for index in self._tables[collection.entity].uniques:
            key = index.unique_key(entity)
            if key is None:
                continue
            holders = {held for held in index.ids.get(key, ()) if held not in overlay}
            holders |= self._taken.get(index, {}).get(key, set())
            if holders - {entity.id.int}:
                raise duplicate(collection, index.fields)


def _reduced(rows: list[E], collection: Collection[E], select: Select) -> list[E]:
    if not select.without:
        return rows
    empty = blanks(collection.entity, select.without)
    return [row.stamped(**empty) for row in rows]
