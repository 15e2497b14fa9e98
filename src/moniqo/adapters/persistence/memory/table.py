"""Committed rows, and where to find them."""

from collections.abc import Callable, Iterable
from itertools import product
from operator import attrgetter
from typing import Any

from moniqo.adapters.persistence.collection import Collection
from moniqo.adapters.persistence.memory.conditions import atom, bare
from moniqo.application.shared.query import Condition, Op

Key = tuple[object, ...]


def _key_of(fields: tuple[str, ...]) -> Callable[[Any], Key]:
    """The values of the fields, scalars by what they hold."""
    getters = [attrgetter(name) for name in fields]
    return lambda row: tuple([atom(get(row)) for get in getters])


class Index:
    """Ids of committed rows by the values of a group of fields."""

    def __init__(self, fields: tuple[str, ...], narrowing: tuple[str, str] | None = None) -> None:
        self.fields = fields
        self.ids: dict[Key, dict[int, None]] = {}
        self.key = _key_of(fields)
        self._narrowing = narrowing

    def unique_key(self, row: Any) -> Key | None:
        """The key that must be unique; None where the rule does not cover the row."""
        narrowing = self._narrowing
        if row.deleted_at is not None or (
            narrowing and bare(getattr(row, narrowing[0])) != narrowing[1]
        ):
            return None
        key = self.key(row)
        return None if None in key else key

    def move(self, row_id: int, old: Key | None, new: Key | None) -> None:
        """The row was found by `old` and is found by `new` from now on; None: by nothing."""
        if old is not None:
            found = self.ids[old]
            del found[row_id]
            if not found:
                del self.ids[old]
        if new is not None:
            self.ids.setdefault(new, {})[row_id] = None


class Table:
    """The rows of one collection."""

    def __init__(self, collection: Collection[Any]) -> None:
        self.rows: dict[int, Any] = {}
        groups = dict.fromkeys(
            group[:size] for group in collection.indexes for size in range(1, len(group) + 1)
        )
        # What orders by time is no help in finding equal values.
        self.indexes = [Index(group) for group in groups if not group[-1].endswith("_at")]
        self._chosen: dict[tuple[str, ...], Index | None] = {}
        self.uniques = [Index(group, collection.narrowing(group)) for group in collection.unique]
        self._every = [*self.indexes, *self.uniques]
        self._keys: dict[int, list[Key | None]] = {}
        self._nowhere: list[Key | None] = [None] * len(self._every)

    def put(self, row_id: int, row: Any | None) -> None:
        """Store a row, or take it away."""
        before = self._keys.get(row_id, self._nowhere)
        if row is None:
            after = self._nowhere
            self.rows.pop(row_id, None)
            self._keys.pop(row_id, None)
        else:
            after = [index.key(row) for index in self.indexes]
            after += [index.unique_key(row) for index in self.uniques]
            self.rows[row_id] = row
            self._keys[row_id] = after
        for index, old, new in zip(self._every, before, after, strict=True):
            if old != new:
                index.move(row_id, old, new)

    def candidates(self, where: tuple[Condition, ...]) -> Iterable[int]:
        """Ids of all committed rows that can meet the conditions, by the narrowest index."""
        wanted: dict[str, tuple[Any, ...]] = {}
        for item in where:
            if item.op is Op.EQ:
                wanted[item.field] = (atom(item.value),)
            elif item.op is Op.IN:
                wanted.setdefault(item.field, tuple(map(atom, item.value)))  # type: ignore[call-overload]
        if "id" in wanted:
            return [row_id for row_id in dict.fromkeys(wanted["id"]) if row_id in self.rows]
        index = self._narrowest(tuple(wanted))
        if index is None:
            return self.rows
        keys = dict.fromkeys(product(*[wanted[name] for name in index.fields]))
        return [row_id for key in keys for row_id in index.ids.get(key, ())]

    def _narrowest(self, fields: tuple[str, ...]) -> Index | None:
        """The index over the most of the fields, found once per group of fields."""
        if fields not in self._chosen:
            usable = [index for index in self.indexes if {*fields} >= {*index.fields}]
            self._chosen[fields] = max(usable, key=lambda item: len(item.fields), default=None)
        return self._chosen[fields]
