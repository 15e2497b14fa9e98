"""Conditions: their shape, which a statement is compiled for, and the values that fill it."""

from collections.abc import Iterator
from itertools import count
from typing import Any

from sqlalchemy import BigInteger, BindParameter, Column, Table, and_, bindparam, false, or_, true

from moniqo.adapters.persistence.backend import Select
from moniqo.adapters.persistence.sql.dialect import Dialect, Where
from moniqo.adapters.persistence.sql.values import atom
from moniqo.application.shared.query import Condition, Op

Shape = tuple[str, Op, Any]
"""Field and operator; for `IN` whether null is among the values, for `EITHER` the shapes in it."""


def outline(
    dialect: Dialect, where: tuple[Condition, ...], filling: list[Any]
) -> tuple[Shape, ...]:
    """The shapes of the conditions; their values are appended to `filling`."""
    return tuple(_outlined(dialect, condition, filling) for condition in where)


def _outlined(dialect: Dialect, condition: Condition, filling: list[Any]) -> Shape:
    field, op, value = condition.field, condition.op, condition.value
    if op is Op.EITHER:
        return (field, op, outline(dialect, value, filling))  # type: ignore[arg-type]
    if op is Op.IN:
        some: Any = value
        found = [atom(dialect.leaves, item) for item in some if item is not None]
        filling.append(dialect.listed(found))
        return (field, op, None in some)
    if op is Op.IS_NULL:
        return (field, op, value)
    if value is None:
        return (field, Op.IS_NULL, True) if op is Op.EQ else ("", Op.EITHER, ())
    filling.append(atom(dialect.leaves, value))
    return (field, op, None)


class Clauses:
    """Clauses of one statement, with parameters `p0`, `p1`, … in the order of their values."""

    def __init__(self, dialect: Dialect, table: Table) -> None:
        self._dialect = dialect
        self._columns = table.columns
        self._names: Iterator[str] = (f"p{at}" for at in count())

    def parameter(self, column: Column[Any]) -> BindParameter[Any]:
        """The next parameter, of the column's type."""
        return bindparam(next(self._names), type_=column.type)

    def whole(self) -> BindParameter[int]:
        """The next parameter, an integer."""
        return bindparam(next(self._names), type_=BigInteger)

    def all_of(self, shapes: tuple[Shape, ...]) -> list[Where]:
        """A clause for each shape."""
        return [self._clause(*shape) for shape in shapes]

    def _clause(self, field: str, op: Op, detail: Any) -> Where:
        if op is Op.EITHER:
            return or_(false(), *self.all_of(detail))
        column = self._columns[field]
        if op is Op.IS_NULL:
            return column.is_(None) if detail else column.is_not(None)
        if op is Op.IN:
            among = self._dialect.among(column, next(self._names))
            return or_(among, column.is_(None)) if detail else among
        value = self.parameter(column)
        if op is Op.EQ:
            return column == value
        if op is Op.GTE:
            return column >= value
        if op is Op.LT:
            return column < value
        return (self._dialect.begins if op is Op.PREFIX else self._dialect.holds)(column, value)

    def beyond(self, sort: tuple[tuple[str, bool], ...], nulls: tuple[bool, ...]) -> list[Where]:
        """What follows, in the order of `sort`, a row with given values (some of them null).

        A row follows if it is equal in the first fields and further on in the next. The
        bound on the first field alone says nothing new and lets an index find the place.
        """
        keys = [
            _Key(column, descending, None if null else self.parameter(column))
            for (column, descending), null in zip(self._ordered(sort), nulls, strict=True)
        ]
        steps = [
            and_(*(key.same() for key in keys[:at]), keys[at].further()) for at in range(len(keys))
        ]
        return [keys[0].same_or_further(), or_(*steps)]

    def _ordered(self, sort: tuple[tuple[str, bool], ...]) -> list[tuple[Column[Any], bool]]:
        return [(self._columns[field], descending) for field, descending in sort]


class _Key:
    """One field of a keyset; null is lowest."""

    def __init__(
        self,
        column: Column[Any],
        descending: bool,  # noqa: FBT001  (as a sort has it)
        seen: BindParameter[Any] | None,
    ) -> None:
        self._column, self._descending, self._seen = column, descending, seen

    def same(self) -> Where:
        return self._column.is_(None) if self._seen is None else self._column == self._seen

    def further(self) -> Where:
        if self._seen is None:
            return false() if self._descending else self._column.is_not(None)
        if not self._descending:
            return self._column > self._seen
        return self._or_null(self._column < self._seen)

    def same_or_further(self) -> Where:
        if self._seen is None:
            return self._column.is_(None) if self._descending else true()
        if not self._descending:
            return self._column >= self._seen
        return self._or_null(self._column <= self._seen)

    def _or_null(self, below: Where) -> Where:
        return or_(below, self._column.is_(None)) if self._column.nullable else below


def filling_of(dialect: Dialect, select: Select, filling: list[Any]) -> tuple[bool, ...] | None:
    """Which values of `select.after` are null; the others are appended to `filling`."""
    if select.after is None:
        return None
    filling += [atom(dialect.leaves, value) for value in select.after if value is not None]
    return tuple(value is None for value in select.after)
