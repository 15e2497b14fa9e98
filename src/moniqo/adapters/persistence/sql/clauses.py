"""Conditions and orders as SQL."""

from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Column,
    ColumnElement,
    bindparam,
    false,
    or_,
)

from moniqo.adapters.persistence.sql.dialect import Dialect, Where
from moniqo.adapters.persistence.sql.keyset import Key, beyond
from moniqo.adapters.persistence.sql.shapes import Order, Shape
from moniqo.application.shared.query import Op

_OF_VALUES = frozenset({Op.EQ, Op.GTE, Op.LT, Op.PREFIX, Op.CONTAINS})
"""What null never meets."""


class Clauses:
    """Clauses of one statement, with parameters `p0`, `p1`, … in the order of their values."""

    def __init__(self, dialect: Dialect, columns: Mapping[str, Column[Any]]) -> None:
        self._dialect = dialect
        self._columns = columns
        self._names: Iterator[str] = (f"p{at}" for at in count())

    def whole(self) -> BindParameter[int]:
        """The next parameter, an integer."""
        return bindparam(next(self._names), type_=BigInteger)

    def where(self, shapes: tuple[Shape, ...], *, deleted: bool) -> list[Where]:
        """A clause for each shape; live rows only, unless `deleted`."""
        alive = [] if deleted else [self._columns["deleted_at"].is_(None)]
        return [*self._all_of(shapes), *alive]

    def after(self, sort: Order, nulls: tuple[bool, ...]) -> list[Where]:
        """What follows a row with given values (some of them null) in the fields of `sort`."""
        keys = []
        for (field, descending), null in zip(sort, nulls, strict=True):
            column = self._columns[field]
            seen = None if null else self._parameter(column)
            keys.append(Key(column, seen, descending=descending))
        return beyond(keys)

    def order(self, sort: Order, where: tuple[Shape, ...] = ()) -> list[ColumnElement[Any]]:
        """`ORDER BY`, null lowest; where `where` leaves no null an index gives the order."""
        filled = {field for field, op, detail in where if op in _OF_VALUES or detail is False}
        return [
            self._ordered(self._columns[field], descending, filled) for field, descending in sort
        ]

    def _ordered(
        self,
        column: Column[Any],
        descending: bool,  # noqa: FBT001  (as a sort has it)
        filled: set[str],
    ) -> ColumnElement[Any]:
        key = column.desc() if descending else column.asc()
        if self._dialect.null_is_lowest or not column.nullable or column.name in filled:
            return key
        return key.nulls_last() if descending else key.nulls_first()

    def _parameter(self, column: Column[Any]) -> BindParameter[Any]:
        return bindparam(next(self._names), type_=column.type)

    def _all_of(self, shapes: tuple[Shape, ...]) -> list[Where]:
        return [self._clause(*shape) for shape in shapes]

    def _clause(self, field: str, op: Op, detail: Any) -> Where:
        if op is Op.EITHER:
            return or_(false(), *self._all_of(detail))
        column = self._columns[field]
        if op is Op.IS_NULL:
            return column.is_(None) if detail else column.is_not(None)
        if op is Op.IN:
            among = self._dialect.among(column, next(self._names))
            return or_(among, column.is_(None)) if detail else among
        value = self._parameter(column)
        if op is Op.EQ:
            return column == value
        if op is Op.GTE:
            return column >= value
        if op is Op.LT:
            return column < value
        return (self._dialect.begins if op is Op.PREFIX else self._dialect.holds)(column, value)
