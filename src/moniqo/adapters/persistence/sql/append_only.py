"""Tables that only grow: the database itself refuses to change or delete what is in them.

Write-once columns are the exception: an UPDATE that fills all of them, where all are null, and
changes nothing else but the book-keeping of the update itself.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Table, event

from moniqo.adapters.persistence.collection import UPDATE_STAMPS
from moniqo.adapters.persistence.sql.columns import POSTGRES

MARK = "append_only"
"""In a table's `info`: creating the table protects it."""
ONCE = "write_once"
"""In a table's `info`: the names of its write-once columns."""

_REFUSE = """
    CREATE OR REPLACE FUNCTION only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '% only ever grows', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END $$
"""


@event.listens_for(Table, "after_create")
def _protect_new(table: Table, connection: Connection, **_: Any) -> None:
    """Protect a marked table from its first moment on."""
    if table.info.get(MARK):
        protect(connection, table.name, table.columns.keys(), table.info.get(ONCE, ()))


def protect(
    connection: Connection, table: str, columns: Iterable[str], write_once: Sequence[str] = ()
) -> None:
    """Refuse UPDATE, DELETE and TRUNCATE on the table, save filling `write_once` of `columns`."""
    if connection.dialect.name == POSTGRES:
        statements = _postgres(table, columns, write_once)
    else:
        statements = _sqlite(table, columns, write_once)
    for statement in statements:
        connection.exec_driver_sql(statement)


def unprotect(connection: Connection, table: str, write_once: Sequence[str] = ()) -> None:
    """Take back `protect`, for a migration that changes the columns."""
    if connection.dialect.name == POSTGRES:
        names = ["only_grows", *(["fills_once"] if write_once else [])]
        statements = [f"DROP TRIGGER {name} ON {table}" for name in names]
    else:
        statements = [f"DROP TRIGGER {table}_refuses_{word}" for word in ("update", "delete")]
    for statement in statements:
        connection.exec_driver_sql(statement)


def _postgres(table: str, columns: Iterable[str], write_once: Sequence[str]) -> Sequence[str]:
    refused = "DELETE OR TRUNCATE" if write_once else "UPDATE OR DELETE OR TRUNCATE"
    for_all = f"""
        CREATE TRIGGER only_grows BEFORE {refused} ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION only_grows()
    """
    if not write_once:
        return (_REFUSE, for_all)
    filling = _filling(columns, write_once, "IS NOT DISTINCT FROM")
    for_each = f"""
        CREATE TRIGGER fills_once BEFORE UPDATE ON {table}
        FOR EACH ROW WHEN (NOT ({filling})) EXECUTE FUNCTION only_grows()
    """
    return (_REFUSE, for_all, for_each)


def _sqlite(table: str, columns: Iterable[str], write_once: Sequence[str]) -> Sequence[str]:
    allowed = f"WHEN NOT ({_filling(columns, write_once, 'IS')})" if write_once else ""
    return [
        f"""
        CREATE TRIGGER {table}_refuses_{word.lower()} BEFORE {word} ON {table} {when}
        BEGIN SELECT RAISE(ABORT, '{table} only ever grows'); END
        """
        for word, when in (("UPDATE", allowed), ("DELETE", ""))
    ]


def _filling(columns: Iterable[str], write_once: Sequence[str], same: str) -> str:
    """That an update of a row fills the write-once columns and leaves the others alone."""
    kept = sorted({*columns} - {*write_once, *UPDATE_STAMPS})
    filled = [f'OLD."{name}" IS NULL AND NEW."{name}" IS NOT NULL' for name in write_once]
    return " AND ".join([*filled, *(f'NEW."{name}" {same} OLD."{name}"' for name in kept)])
