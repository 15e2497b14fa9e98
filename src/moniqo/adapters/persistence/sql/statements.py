"""SQL texts, built with SQLAlchemy Core once per shape of question."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ClauseElement,
    Column,
    MetaData,
    Table,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    null,
    select,
    update,
)

from moniqo.adapters.persistence.backend import Select
from moniqo.adapters.persistence.collection import UPDATE_STAMPS
from moniqo.adapters.persistence.sql.clauses import Clauses
from moniqo.adapters.persistence.sql.dialect import Dialect
from moniqo.adapters.persistence.sql.shapes import Outline, Shape, outline, shapes
from moniqo.application.shared.query import Condition

REMEMBERED = 2000


@dataclass(frozen=True, slots=True)
class Statement:
    """A text, and which of the values that fill it goes to which of its places."""

    text: str
    places: tuple[int, ...]

    def filled(self, values: Sequence[Any]) -> list[Any]:
        """The values in the order of the text's parameters."""
        return [values[place] for place in self.places]


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
        self.fill = lru_cache(REMEMBERED)(self._fill)

    def find(self, table: str, question: Select, *, counted: bool) -> tuple[str, list[Any]]:
        """The text and its parameters; `counted` adds how many match at each row's end."""
        key, values = outline(self._dialect, table, question, counted=counted)
        statement = self._found(key)
        return statement.text, statement.filled(values)

    def count(self, table: str, question: Select) -> tuple[str, list[Any]]:
        """How many match, removed ones too if the question is about them."""
        values: list[Any] = []
        where = shapes(self._dialect, question.where, values)
        statement = self._counted(table, where, question.deleted)
        return statement.text, statement.filled(values)

    def delete(self, table: str, where: tuple[Condition, ...]) -> tuple[str, list[Any]]:
        """Delete what matches; answers the ids."""
        values: list[Any] = []
        statement = self._deleted(table, shapes(self._dialect, where, values))
        return statement.text, statement.filled(values)

    def _find(self, key: Outline) -> Statement:
        table = self._tables[key.table]
        clauses = Clauses(self._dialect, columns_of(table))
        where = clauses.where(key.where, deleted=key.deleted)
        total = select(func.count()).select_from(table).where(*where).scalar_subquery()
        # What is not asked for keeps its place: rows are read by the order of their columns.
        read = [null() if item.name in key.without else item for item in table.columns]
        query = select(*read, *([total] if key.counted else [])).where(*where)
        if key.nulls is not None:
            query = query.where(*clauses.after(key.sort, key.nulls))
        query = query.order_by(*clauses.order(key.sort, key.where))
        if key.limited:
            query = query.limit(clauses.whole()).offset(clauses.whole())
        return self._compiled(query)

    def _count(self, name: str, where: tuple[Shape, ...], deleted: bool) -> Statement:  # noqa: FBT001  (a cache's key)
        table = self._tables[name]
        query = select(func.count()).select_from(table)
        clauses = Clauses(self._dialect, columns_of(table))
        return self._compiled(query.where(*clauses.where(where, deleted=deleted)))

    def _delete(self, name: str, where: tuple[Shape, ...]) -> Statement:
        table = self._tables[name]
        clauses = Clauses(self._dialect, columns_of(table)).where(where, deleted=True)
        return self._compiled(delete(table).where(*clauses).returning(table.columns["id"]))

    def _insert(self, name: str) -> Statement:
        """One row; its parameters are the columns in order."""
        table = self._tables[name]
        return self._compiled(insert(table).values(_parameters(table)))

    def _update(self, name: str) -> Statement:
        """One row by id and version; its parameters are the columns and the expected version."""
        table = self._tables[name]
        values = _parameters(table)
        expected = bindparam(f"p{len(values)}", type_=BigInteger)
        here = (table.columns["id"] == values.pop("id"), table.columns["version"] == expected)
        change = update(table).where(*here).values(values)
        return self._compiled(change.returning(table.columns["id"]))

    def _fill(self, name: str, write_once: tuple[str, ...]) -> Statement:
        """Many rows at once; its parameters are what the dialect spreads the columns to."""
        table = self._tables[name]
        changed = (*write_once, *UPDATE_STAMPS)
        given = self._dialect.rows([table.columns[item] for item in ("id", *changed)])
        # As they stand, an index of theirs would be read from end to end for each of the rows.
        unfilled = [func.coalesce(table.columns[item], null()).is_(None) for item in write_once]
        before = table.columns["version"] == given["version"] - literal_column("1")
        change = update(table).where(table.columns["id"] == given["id"], before, *unfilled)
        values = {item: given[item] for item in changed}
        return self._compiled(change.values(values).returning(table.columns["id"]))

    def _compiled(self, statement: ClauseElement) -> Statement:
        return compiled(self._dialect, statement)


def compiled(dialect: Dialect, statement: ClauseElement) -> Statement:
    """The statement, whose parameters are named `p0`, `p1`, … in the order of their values."""
    made: Any = statement.compile(dialect=dialect.compiler)
    return Statement(made.string, tuple(int(name.removeprefix("p")) for name in made.positiontup))


def columns_of(table: Table) -> dict[str, Column[Any]]:
    """The columns by their names."""
    return {column.name: column for column in table.columns}


def _parameters(table: Table) -> dict[str, BindParameter[Any]]:
    return {
        column.name: bindparam(f"p{at}", type_=column.type)
        for at, column in enumerate(table.columns)
    }
