"""Committed rows, and where to find them."""

from collections.abc import Callable
from itertools import product
from operator import attrgetter
from typing import Any

from moniqo.adapters.persistence.collection import Collection
from moniqo.adapters.persistence.memory.conditions import atom, bare
from moniqo.application.shared.query import Condition, Op

Key = tuple[object, ...]
_NAMING = (Op.EQ, Op.IN)
"""What says which values a field may have."""


def _key_of(fields: tuple[str, ...]) -> Callable[[Any], Key]:
    """The values of the fields, scalars by what they hold."""
    read = attrgetter(*fields)
    if len(fields) == 1:
        return lambda row: (atom(read(row)),)
    return lambda row: tuple(map(atom, read(row)))


class Index:
    """Ids of committed rows by the values of a group of fields."""

    def __init__(self, fields: tuple[str, ...], narrowing: tuple[str, str] | None = None) -> None:
        self.fields = fields
        self.ids: dict[Key, dict[int, None]] = {}
        self.key = _key_of(fields)
        self._narrowing = narrowing
        self._keys: dict[int, Key] = {}

    def unique_key(self, row: Any) -> Key | None:
        """The key that must be unique; None where the rule does not cover the row."""
        narrowing = self._narrowing
        if row.deleted_at is not None or (
            narrowing and bare(getattr(row, narrowing[0])) != narrowing[1]
        ):
            return None
        key = self.key(row)
        return None if None in key else key

    def put(self, row_id: int, key: Key | None) -> None:
        """The row is found by `key` from now on; None: by nothing."""
        old = self._keys.pop(row_id, None)
        if old is not None:
            found = self.ids[old]
            del found[row_id]
            if not found:
                del self.ids[old]
        if key is not None:
            self._keys[row_id] = key
            self.ids.setdefault(key, {})[row_id] = None


def _deciding(collection: Collection[Any]) -> set[str]:
    """The fields that decide by which keys a row is found."""
    groups = (*collection.indexes, *collection.unique)
    narrowing = (field for _, (field, _) in collection.only_where)
    return {*narrowing, *(name for group in groups for name in group)}


def _named(condition: Condition) -> tuple[Any, ...]:
    """The values that the condition leaves its field."""
    if condition.op is Op.EQ:
        return (atom(condition.value),)
    return tuple(map(atom, condition.value))  # type: ignore[call-overload]


class Table:
    """The rows of one collection. What they are searched by is indexed at the first search."""

    def __init__(self, collection: Collection[Any]) -> None:
        self.rows: dict[int, Any] = {}
        self.uniques = [Index(group, collection.narrowing(group)) for group in collection.unique]
        groups = dict.fromkeys(
            group[:size] for group in collection.indexes for size in range(1, len(group) + 1)
        )
        # What orders by time is no help in finding equal values.
        self._groups = [group for group in groups if not group[-1].endswith("_at")]
        self._indexes: dict[tuple[str, ...], Index] = {}
        self._chosen: dict[tuple[str, ...], Index | None] = {}
        self._place = attrgetter("deleted_at", *_deciding(collection))

    def put(self, row_id: int, row: Any | None) -> None:
        """Store a row, or take it away."""
        stored = self.rows.get(row_id)
        if row is None:
            self.rows.pop(row_id, None)
        else:
            self.rows[row_id] = row
            if stored is not None and self._place(row) == self._place(stored):
                return
        for index in self._indexes.values():
            index.put(row_id, None if row is None else index.key(row))
        for index in self.uniques:
            index.put(row_id, None if row is None else index.unique_key(row))

    def candidates(self, where: tuple[Condition, ...]) -> list[Any]:
        """All committed rows that can meet the conditions, by the narrowest index."""
        rows = self.rows
        naming = {item.field: item for item in where if item.op in _NAMING}
        if "id" in naming:
            return [
                rows[row_id] for row_id in dict.fromkeys(_named(naming["id"])) if row_id in rows
            ]
        index = self._narrowest(tuple(naming))
        if index is None:
            return list(rows.values())
        keys = dict.fromkeys(product(*[_named(naming[name]) for name in index.fields]))
        return [rows[row_id] for key in keys for row_id in index.ids.get(key, ())]

    def _narrowest(self, fields: tuple[str, ...]) -> Index | None:
        """The index over the most of the fields, chosen once per group of fields."""
        if fields not in self._chosen:
            usable = [group for group in self._groups if {*fields} >= {*group}]
            self._chosen[fields] = self._index(max(usable, key=len)) if usable else None
        return self._chosen[fields]

    def _index(self, group: tuple[str, ...]) -> Index:
        if group not in self._indexes:
            self._indexes[group] = index = Index(group)
            for row_id, row in self.rows.items():
                index.put(row_id, index.key(row))
        return self._indexes[group]
