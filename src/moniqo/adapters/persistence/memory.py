"""The in-memory backend: the twin that tests and simulations run on."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from itertools import product
from typing import Any, TypeVar
from uuid import UUID

from moniqo.adapters.persistence.backend import Select
from moniqo.adapters.persistence.collection import Collection, Registry
from moniqo.adapters.persistence.violations import dangling, duplicate, stale
from moniqo.application.shared.query import Condition, Op
from moniqo.domain.shared.entity import Entity
from moniqo.domain.shared.scalar import Scalar

E = TypeVar("E", bound=Entity)
Key = tuple[object, ...]


def bare(value: object) -> Any:
    """What conditions and orders compare: a scalar by what it holds."""
    return value.value if isinstance(value, Scalar) else value


_TESTS: dict[Op, Callable[[Any, Any], bool]] = {
    Op.EQ: lambda have, want: have == want,
    Op.IN: lambda have, want: have in want,
    Op.GTE: lambda have, want: have is not None and have >= want,
    Op.LT: lambda have, want: have is not None and have < want,
    Op.IS_NULL: lambda have, want: (have is None) is want,
    Op.PREFIX: lambda have, want: have is not None and have.startswith(want),
    Op.CONTAINS: lambda have, want: have is not None and want in have,
}


def _test(condition: Condition) -> Callable[[Any], bool]:
    if condition.op is Op.EITHER:
        tests = [_test(item) for item in condition.value]  # type: ignore[attr-defined]
        return lambda row: any(test(row) for test in tests)
    if condition.op is Op.IN:
        want: Any = tuple(map(bare, condition.value))  # type: ignore[call-overload]
    else:
        want = bare(condition.value)
    compare, field = _TESTS[condition.op], condition.field
    return lambda row: compare(bare(getattr(row, field)), want)


class _Index:
    """Ids of committed rows by the values of a group of fields."""

    def __init__(self, fields: tuple[str, ...], narrowing: tuple[str, str] | None = None) -> None:
        self.fields = fields
        self._narrowing = narrowing
        self.ids: dict[Key, dict[UUID, None]] = {}

    def key(self, row: Entity) -> Key:
        return tuple(bare(getattr(row, name)) for name in self.fields)

    def unique_key(self, row: Entity) -> Key | None:
        """The key that must be unique; None where the rule does not cover the row."""
        narrowing = self._narrowing
        if row.deleted_at is not None or (
            narrowing and bare(getattr(row, narrowing[0])) != narrowing[1]
        ):
            return None
        key = self.key(row)
        return None if None in key else key

    def move(self, old: Key | None, new: Key | None, row_id: UUID) -> None:
        if old == new:
            return
        if old is not None:
            self.ids[old].pop(row_id, None)
            if not self.ids[old]:
                del self.ids[old]
        if new is not None:
            self.ids.setdefault(new, {})[row_id] = None


class _Table:
    def __init__(self, collection: Collection[Any]) -> None:
        self.rows: dict[UUID, Any] = {}
        groups = dict.fromkeys(
            group[:size] for group in collection.indexes for size in range(1, len(group) + 1)
        )
        self.indexes = [_Index(group) for group in groups]
        self.uniques = [_Index(group, collection.narrowing(group)) for group in collection.unique]

    def put(self, row_id: UUID, row: Any | None) -> None:
        old = self.rows.get(row_id)
        for index in self.indexes:
            index.move(old and index.key(old), row and index.key(row), row_id)
        for index in self.uniques:
            index.move(old and index.unique_key(old), row and index.unique_key(row), row_id)
        if row is None:
            self.rows.pop(row_id, None)
        else:
            self.rows[row_id] = row

    def candidates(self, conditions: Iterable[Condition]) -> Iterable[UUID]:
        """Ids of all committed rows that can meet the conditions, by the narrowest index."""
        wanted: dict[str, tuple[Any, ...]] = {}
        for item in conditions:
            if item.op is Op.EQ:
                wanted[item.field] = (bare(item.value),)
            elif item.op is Op.IN:
                wanted.setdefault(item.field, tuple(map(bare, item.value)))  # type: ignore[call-overload]
        if "id" in wanted:
            return [row_id for row_id in dict.fromkeys(wanted["id"]) if row_id in self.rows]
        usable = [index for index in self.indexes if wanted.keys() >= set(index.fields)]
        if not usable:
            return self.rows
        index = max(usable, key=lambda item: len(item.fields))
        keys = dict.fromkeys(product(*(wanted[name] for name in index.fields)))
        return [row_id for key in keys for row_id in index.ids.get(key, ())]


class MemoryBackend:
    """Everything in this process; gone with it.

    Without `references` a field may refer to what is not here: for simulations, which hold
    a flow and not the whole world around it.
    """

    def __init__(self, registry: Registry, *, references: bool = True) -> None:
        self.registry = registry
        self.references = references
        self.tables = {item.entity: _Table(item) for item in registry}
        self.writing = asyncio.Lock()

    def session(self) -> "MemorySession":
        """See `Backend`."""
        return MemorySession(self)

    async def migrate(self) -> None:
        """Nothing to do."""

    async def check(self) -> None:
        """Always usable."""

    async def pending(self) -> tuple[str, ...]:
        """Never anything."""
        return ()

    async def close(self) -> None:
        """Nothing to free."""


class MemorySession:
    """Writes go to an overlay under one lock and reach the tables at commit."""

    def __init__(self, backend: MemoryBackend) -> None:
        self._backend = backend
        self._changes: dict[type[Entity], dict[UUID, Any]] = {}
        self._writing = False

    async def find(self, collection: Collection[E], select: Select) -> list[E]:
        """See `Session`."""
        rows = self._sorted(self._matching(collection, select), select.sort)
        if select.after is not None:
            rows = [row for row in rows if _beyond(row, select.sort, select.after)]
        end = None if select.limit is None else select.offset + select.limit
        return rows[select.offset : end]

    async def find_and_count(
        self, collection: Collection[E], select: Select
    ) -> tuple[list[E], int]:
        """See `Session`."""
        return await self.find(collection, select), await self.count(collection, select)

    async def count(self, collection: Collection[E], select: Select) -> int:
        """See `Session`."""
        return len(self._matching(collection, select))

    async def insert(self, collection: Collection[E], entities: Sequence[E]) -> None:
        """See `Session`."""
        await self._begin()
        overlay = self._changes.setdefault(collection.entity, {})
        for entity in entities:
            if self._row(collection, entity.id) is not None:
                raise duplicate(collection, ("id",))
            self._admit(collection, entity)
            overlay[entity.id] = entity

    async def update(self, collection: Collection[E], entity: E, expected_version: int) -> None:
        """See `Session`."""
        await self._begin()
        stored = self._row(collection, entity.id)
        if stored is None or stored.version != expected_version:
            raise stale(collection)
        self._admit(collection, entity)
        self._changes.setdefault(collection.entity, {})[entity.id] = entity

    async def delete(self, collection: Collection[E], where: tuple[Condition, ...]) -> int:
        """See `Session`."""
        await self._begin()
        rows = self._matching(collection, Select(where=where, deleted=True))
        self._changes.setdefault(collection.entity, {}).update((row.id, None) for row in rows)
        return len(rows)

    async def commit(self) -> None:
        """See `Session`."""
        for entity, changes in self._changes.items():
            table = self._backend.tables[entity]
            for row_id, row in changes.items():
                table.put(row_id, row)
        await self.rollback()

    async def rollback(self) -> None:
        """See `Session`."""
        self._changes = {}
        if self._writing:
            self._writing = False
            self._backend.writing.release()

    async def _begin(self) -> None:
        if not self._writing:
            await self._backend.writing.acquire()
            self._writing = True

    def _row(self, collection: Collection[E], row_id: UUID) -> E | None:
        overlay = self._changes.get(collection.entity, {})
        if row_id in overlay:
            return overlay[row_id]  # type: ignore[no-any-return]
        return self._backend.tables[collection.entity].rows.get(row_id)

    def _matching(self, collection: Collection[E], select: Select) -> list[E]:
        table = self._backend.tables[collection.entity]
        overlay = self._changes.get(collection.entity)
        tests = [_test(condition) for condition in select.where]
        rows: Iterable[Any] = (table.rows[row_id] for row_id in table.candidates(select.where))
        if overlay:
            kept = [row for row in rows if row.id not in overlay]
            rows = [*kept, *(row for row in overlay.values() if row is not None)]
        return [
            row
            for row in rows
            if (select.deleted or row.deleted_at is None) and all(test(row) for test in tests)
        ]

    def _sorted(self, rows: list[E], sort: tuple[tuple[str, bool], ...]) -> list[E]:
        if len(rows) > 1:
            for field, descending in reversed(sort):
                rows.sort(key=lambda row: _rank(bare(getattr(row, field))), reverse=descending)
        return rows

    def _admit(self, collection: Collection[E], entity: E) -> None:
        """Raise unless references lead somewhere and unique fields are free."""
        registry = self._backend.registry
        references = registry.references(collection) if self._backend.references else {}
        for name, target in references.items():
            value = getattr(entity, name)
            if value is not None and self._row(target, value) is None:
                raise dangling(collection, name)
        overlay = self._changes.get(collection.entity, {})
        for index in self._backend.tables[collection.entity].uniques:
            key = index.unique_key(entity)
            if key is None:
                continue
            holders = [held for held in index.ids.get(key, ()) if held not in overlay]
            holders += [row.id for row in overlay.values() if row and index.unique_key(row) == key]
            if any(holder != entity.id for holder in holders):
                raise duplicate(collection, index.fields)


def _rank(value: Any) -> tuple[bool, Any]:
    return (value is not None, value)


def _beyond(row: Entity, sort: tuple[tuple[str, bool], ...], after: tuple[object, ...]) -> bool:
    for (field, descending), last in zip(sort, after, strict=True):
        have, seen = _rank(bare(getattr(row, field))), _rank(bare(last))
        if have != seen:
            return (have > seen) is not descending
    return False
