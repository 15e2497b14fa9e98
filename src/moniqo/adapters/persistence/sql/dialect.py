"""What differs between the two dialects once values and tables are settled."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, Column, ColumnElement, any_, bindparam, func, literal_column
from sqlalchemy import select as sql_select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect
from sqlalchemy.dialects.sqlite.aiosqlite import dialect as aiosqlite_dialect
from sqlalchemy.engine import Dialect as Compiler

from moniqo.adapters.codec import Leaves
from moniqo.adapters.persistence.sql import values

Where = ColumnElement[bool]
Compare = Callable[[Column[Any], BindParameter[Any]], Where]
_NOUGHT: ColumnElement[int] = literal_column("0")


@dataclass(frozen=True, slots=True)
class Dialect:
    """`among` matches a column against one parameter that `listed` makes of many values.

    `rows` are many rows of the given columns, by their names, as the parameters that `spread`
    makes of them hold them.
    """

    compiler: Compiler
    leaves: Leaves
    among: Callable[[Column[Any], str], Where]
    listed: Callable[[Sequence[Any]], Any]
    rows: Callable[[Sequence[Column[Any]]], Mapping[str, ColumnElement[Any]]]
    spread: Callable[[Sequence[Sequence[Any]]], list[Any]]
    begins: Compare
    holds: Compare
    null_is_lowest: bool


def _among_array(column: Column[Any], name: str) -> Where:
    kind = column.type.load_dialect_impl(POSTGRES.compiler)  # type: ignore[attr-defined]
    return column == any_(bindparam(name, type_=ARRAY(kind)))


def _among_json(column: Column[Any], name: str) -> Where:
    each = func.json_each(bindparam(name)).table_valued("value")
    return column.in_(sql_select(each.c.value))


def _rows_of_arrays(columns: Sequence[Column[Any]]) -> Mapping[str, ColumnElement[Any]]:
    kinds = [column.type.load_dialect_impl(POSTGRES.compiler) for column in columns]  # type: ignore[attr-defined]
    arrays = [bindparam(f"p{at}", type_=ARRAY(kind)) for at, kind in enumerate(kinds)]
    given = func.unnest(*arrays).table_valued(*(column.name for column in columns))
    return dict(given.render_derived().c.items())


def _rows_of_json(columns: Sequence[Column[Any]]) -> Mapping[str, ColumnElement[Any]]:
    row = func.json_each(bindparam("p0")).table_valued("value").c.value
    return {
        column.name: func.json_extract(row, literal_column(f"'$[{at}]'"))
        for at, column in enumerate(columns)
    }


def _begins(column: Column[Any], text: BindParameter[Any]) -> Where:
    return func.substr(column, literal_column("1"), func.length(text)) == text


POSTGRES = Dialect(
    compiler=asyncpg_dialect(),  # type: ignore[no-untyped-call]
    leaves=values.POSTGRES_LEAVES,
    among=_among_array,
    listed=list,
    rows=_rows_of_arrays,
    spread=lambda rows: [list(column) for column in zip(*rows, strict=True)],
    begins=func.starts_with,
    holds=lambda column, text: func.strpos(column, text) > _NOUGHT,
    null_is_lowest=False,
)
SQLITE = Dialect(
    compiler=aiosqlite_dialect(),
    leaves=values.SQLITE_LEAVES,
    among=_among_json,
    listed=lambda items: json.dumps(list(items)),
    rows=_rows_of_json,
    spread=lambda rows: [json.dumps(list(map(list, rows)))],
    begins=_begins,
    holds=lambda column, text: func.instr(column, text) > _NOUGHT,
    null_is_lowest=True,
)
