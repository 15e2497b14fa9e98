"""SQL tables, derived from the registry."""

from dataclasses import is_dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from hashlib import sha256
from typing import Any, cast, get_origin
from uuid import UUID

from sqlalchemy import Column, ForeignKeyConstraint, Index, MetaData, PrimaryKeyConstraint, Table
from sqlalchemy import text as sql_text

from moniqo.adapters.persistence.collection import Collection, Registry
from moniqo.adapters.persistence.sql import append_only, columns
from moniqo.domain.shared.scalar import Scalar, scalar_type
from moniqo.domain.shared.schema import Field, plain
from moniqo.domain.shared.types import JsonObject

ALWAYS_STAMPED = frozenset({"created_at", "updated_at"})
_TYPES: dict[Any, type[columns.Portable]] = {
    UUID: columns.Id,
    str: columns.Words,
    int: columns.Whole,
    bool: columns.Flag,
    float: columns.Real,
    datetime: columns.Instant,
    Decimal: columns.Exact,
}
_LONGEST_NAME = 63  # of PostgreSQL


def named(prefix: str, table: str, *fields: str) -> str:
    """The name of an index or constraint: readable, and short enough for every dialect."""
    name = "_".join((prefix, table, *fields))
    if len(name) <= _LONGEST_NAME:
        return name
    return f"{name[: _LONGEST_NAME - 9]}_{sha256(name.encode()).hexdigest()[:8]}"


def is_nested(annotation: Any) -> bool:
    """Whether values of this (peeled) type are kept as one document."""
    if annotation is JsonObject:
        return True
    bare: Any = plain(annotation)
    if get_origin(bare) is not None:
        return True
    return is_dataclass(bare) and not issubclass(cast(type, bare), Scalar)


def column_type(annotation: Any) -> type[columns.Portable]:
    """The column type of a (peeled) annotation."""
    if is_nested(annotation):
        return columns.Document
    bare = plain(annotation)
    if issubclass(bare, Scalar):
        return column_type(scalar_type(bare))
    return columns.Words if issubclass(bare, Enum) else _TYPES[bare]


def metadata(registry: Registry) -> MetaData:
    """All tables."""
    found = MetaData()
    for collection in registry:
        table = Table(
            collection.name,
            found,
            *(_column(field) for field in collection.fields.values()),
            PrimaryKeyConstraint("id", name=named("pk", collection.name)),
            *_references(registry, collection),
            info=_protection(collection),
            sqlite_strict=True,
        )
        _add_rules(table)
        _add_indexes(table, collection)
    return found


def _protection(collection: Collection[Any]) -> dict[Any, Any] | None:
    if not collection.append_only:
        return None
    once = {append_only.ONCE: collection.write_once} if collection.write_once else {}
    return {append_only.MARK: True, **once}


def _column(field: Field) -> Column[Any]:
    nullable = field.optional and field.name not in ALWAYS_STAMPED
    return Column(field.name, column_type(field.type)(), nullable=nullable)


def _references(registry: Registry, collection: Collection[Any]) -> list[ForeignKeyConstraint]:
    return [
        ForeignKeyConstraint([name], [f"{target.name}.id"], named("fk", collection.name, name))
        for name, target in registry.references(collection).items()
    ]


def _add_rules(table: Table) -> None:
    for column in table.columns:
        if isinstance(column.type, columns.Exact):
            table.append_constraint(
                columns.exact(column.name, named("ck", table.name, column.name))
            )


def _add_indexes(table: Table, collection: Collection[Any]) -> None:
    for group in collection.unique:
        live = "deleted_at IS NULL"
        narrowing = collection.narrowing(group)
        if narrowing is not None:
            live += " AND {} = '{}'".format(*narrowing)
        Index(
            named("uq", table.name, *group),
            *(table.columns[name] for name in group),
            unique=True,
            postgresql_where=sql_text(live),
            sqlite_where=sql_text(live),
        )
    for group in collection.indexes:
        Index(named("ix", table.name, *group), *(table.columns[name] for name in group))
