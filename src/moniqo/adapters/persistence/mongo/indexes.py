"""Which indexes a collection needs, as its registry line says."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from types import MappingProxyType
from typing import Any
from uuid import UUID

from bson import Binary, Decimal128, Int64
from pymongo import IndexModel

from moniqo.adapters.persistence.collection import Collection
from moniqo.adapters.persistence.mongo.documents import Document
from moniqo.adapters.persistence.mongo.queries import LIVE
from moniqo.domain.shared.scalar import Scalar, scalar_type
from moniqo.domain.shared.schema import plain

PREFIXES = ("uq_", "ix_")
"""What our indexes' names begin with; others are the operator's own and stay."""

# Partial indexes cannot say "not null", but they can say "at least the lowest of its type".
_LOWEST: Mapping[type, Any] = MappingProxyType(
    {
        str: "",
        UUID: Binary(bytes(16), 4),
        int: Int64(-(2**63)),
        Decimal: Decimal128("-Infinity"),
        datetime: datetime(1, 1, 1),  # noqa: DTZ001  (the driver answers naive ones here)
        bool: False,
    }
)


@dataclass(frozen=True, slots=True)
class Index:
    """One index; `covers` narrows it to the documents that match."""

    name: str
    keys: tuple[tuple[str, int], ...]
    covers: Document | None = None

    @property
    def model(self) -> IndexModel:
        """What the driver is given."""
        if self.covers is None:
            return IndexModel(self.keys, name=self.name)
        return IndexModel(
            self.keys, name=self.name, unique=True, partialFilterExpression=self.covers
        )

    def is_like(self, existing: Mapping[str, Any]) -> bool:
        """Whether an index that exists, as the driver tells it, is this one."""
        covers = existing.get("partialFilterExpression")
        return (
            tuple(existing["key"]) == self.keys
            and existing.get("unique", False) is (self.covers is not None)
            and (covers and dict(covers)) == self.covers
        )


def indexes(collection: Collection[Any]) -> tuple[Index, ...]:
    """Every index of the collection, that of the id aside."""
    unique = (_unique(collection, group) for group in collection.unique)
    return (*unique, *(_plain(collection, group) for group in collection.indexes))


def _unique(collection: Collection[Any], group: tuple[str, ...]) -> Index:
    keys = tuple((field, 1) for field in group)
    return Index("uq_" + "_".join(group), keys, covered(collection, group))


def covered(collection: Collection[Any], group: tuple[str, ...]) -> Document:
    """The documents among which the group's values are unique: live, narrowed, none null."""
    narrowing = collection.narrowing(group)
    filled = {
        field: {"$gte": _LOWEST[_atom(collection.fields[field].type)]}
        for field in group
        if collection.fields[field].optional
    }
    return {**LIVE, **(dict([narrowing]) if narrowing else {}), **filled}


def _plain(collection: Collection[Any], group: tuple[str, ...]) -> Index:
    # Lists by an instant come newest first and break ties by ascending id; others ascend.
    # An index is read both ways, so that the id's direction relative to the last field counts.
    by_time = _atom(collection.fields[group[-1]].type) is datetime
    named = tuple((field, 1) for field in group if field != "id")
    keys = (*named, ("_id", -1 if by_time else 1))
    return Index("ix_" + "_".join(group), keys)


def _atom(annotation: Any) -> Any:
    """What a field of this type is in the end: one of the types that BSON knows."""
    bare = plain(annotation)
    if isinstance(bare, type) and issubclass(bare, Scalar):
        return _atom(scalar_type(bare))
    return str if isinstance(bare, type) and issubclass(bare, Enum) else bare
