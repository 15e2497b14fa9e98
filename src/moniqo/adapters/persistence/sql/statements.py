"""SQL texts, built with SQLAlchemy Core once per shape of question."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ClauseElement,
    ColumnElement,
    MetaData,
    Select,
    Table,
    bindparam,
    delete,
    func,
    insert,
    update,
)
from sqlalchemy import select as sql_select

from moniqo.adapters.persistence.backend import Select as Question
from moniqo.adapters.persistence.sql.conditions import Clauses, Shape, filling_of, outline
from moniqo.adapters.persistence.sql.dialect import Dialect
from moniqo.application.shared.query import Condition

REMEMBERED = 2000
UNLIMITED = 2**63 - 1
Order = tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """A text, and which of the values that fill it goes to which of its places."""

    text: str
    places: tuple[int, ...]

    def filled(self, values: Sequence[Any]) -> list[Any]:
        """The values in the order of the text's parameters."""
        return [values[place] for place in self.places]


@dataclass(frozen=True, slots=True)
class Outline:
    """Everything about a read that its text depends on."""

    table: str
    where: tuple[Shape, ...]
    sort: Order
    nulls: tuple[bool, ...] | None
    limited: bool
    deleted: bool
    counted: bool


class Statements:
    """The statements of one dialect over one set of tables."""

    def __init__(self, dialect: Dialect, tables: MetaData) -> None:
        self._dialect = dialect
        self._tables = tables.tables
        self._found = lru_cache(REMEMBERED)(self._find)
        self._counted = lru_cache(REMEMBERED)(self._count)
        self._deleted = lru_cache(REMEMBERED)(self._delete)
        self.insert = lru_cache(REMEMBERED)(self._insert)
        self.update = lru_cache(REMEMBERED)(self._update)

    def find(self, table: str, question: Question, *, counted: bool) -> tuple[str, list[Any]]:
        """The text and its parameters; `counted` adds how many match at each row's end."""
        values: list[Any] = []
        where = outline(self._dialect, question.where, values)
        nulls = filling_of(self._dialect, question, values)
        limited = question.limit is not None or question.offset > 0
        if limited:
            limit = UNLIMITED if question.limit is None else question.limit
            values += [limit, question.offset]
        key = Outline(table, where, question.sort, nulls, limited, question.deleted, counted)
        statement = self._found(key)
        return statement.text, statement.filled(values)

    def count(self, table: str, question: Question) -> tuple[str, list[Any]]:
        """How many match."""
        values: list[Any] = []
        where = outline(self._dialect, question.where, values)
        statement = self._counted(table, where, question.deleted)
        return statement.text, statement.filled(values)

    def delete(self, table: str, where: tuple[Condition, ...]) -> tuple[str, list[Any]]:
        """Delete what matches; answers the ids."""
        values: list[Any] = []
        statement = self._deleted(table, outline(self._dialect, where, values))
        return statement.text, statement.filled(values)

    def _find(self, key: Outline) -> Statement:
        table = self._tables[key.table]
        clauses = Clauses(self._dialect, table)
        where = [*clauses.all_of(key.where), *_alive(table, deleted=key.deleted)]
        total = [_how_many(table, where).scalar_subquery()] if key.counted else []
        if key.nulls is not None:
            where += clauses.beyond(key.sort, key.nulls)
        query = sql_select(*table.columns, *total).where(*where)
        query = query.order_by(*self._order(table, key.sort))
        return self._compiled(_limited(query, clauses) if key.limited else query)

    def _order(self, table: Table, sort: Order) -> list[ColumnElement[Any]]:
        order: list[ColumnElement[Any]] = []
        for field, descending in sort:
            column = table.columns[field]
            key = column.desc() if descending else column.asc()
            if column.nullable and not self._dialect.null_is_lowest:
                key = key.nulls_last() if descending else key.nulls_first()
            order.append(key)
        return order

    def _count(self, name: str, shapes: tuple[Shape, ...], deleted: bool) -> Statement:  # noqa: FBT001  (a cache's key)
        table = self._tables[name]
        where = Clauses(self._dialect, table).all_of(shapes)
        return self._compiled(_how_many(table, [*where, *_alive(table, deleted=deleted)]))

    def _delete(self, name: str, shapes: tuple[Shape, ...]) -> Statement:
        table = self._tables[name]
        where = Clauses(self._dialect, table).all_of(shapes)
        return self._compiled(delete(table).where(*where).returning(table.columns["id"]))

    def _insert(self, name: str) -> Statement:
        """One row; its parameters are the columns in order."""
        table = self._tables[name]
        values = {
            column.name: bindparam(f"p{at}", type_=column.type)
            for at, column in enumerate(table.columns)
        }
        return self._compiled(insert(table).values(values))

    def _update(self, name: str) -> Statement:
        """One row by id and version; its parameters are the columns and the expected version."""
        table = self._tables[name]
        values = {
            column.name: bindparam(f"p{at}", type_=column.type)
            for at, column in enumerate(table.columns)
        }
        row_id, expected = values.pop("id"), bindparam(f"p{len(values) + 1}", type_=BigInteger)
        here = (table.columns["id"] == row_id, table.columns["version"] == expected)
        change = update(table).where(*here).values(values)
        return self._compiled(change.returning(table.columns["id"]))

    def _compiled(self, statement: ClauseElement) -> Statement:
        compiled: Any = statement.compile(dialect=self._dialect.compiler)
        places = tuple(int(name.removeprefix("p")) for name in compiled.positiontup)
        return Statement(compiled.string, places)


def _alive(table: Table, *, deleted: bool) -> list[ColumnElement[bool]]:
    return [] if deleted else [table.columns["deleted_at"].is_(None)]


def _how_many(table: Table, where: list[ColumnElement[bool]]) -> Select[int]:
    return sql_select(func.count()).select_from(table).where(*where)


def _limited(query: Select[Any], clauses: Clauses) -> Select[Any]:
    return query.limit(clauses.whole()).offset(clauses.whole())
