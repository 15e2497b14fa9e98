"""Tables that only grow: the database itself refuses to change or delete what is in them."""

from typing import Any

from sqlalchemy import Connection, Table, event

from moniqo.adapters.persistence.sql.columns import POSTGRES

MARK = "append_only"
"""In a table's `info`: creating the table protects it."""

_POSTGRES = (
    """
    CREATE OR REPLACE FUNCTION only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '% only ever grows', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END $$
    """,
    """
    CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION only_grows()
    """,
)
_SQLITE = tuple(
    f"""
    CREATE TRIGGER {{table}}_refuses_{event_.lower()} BEFORE {event_} ON {{table}}
    BEGIN SELECT RAISE(ABORT, '{{table}} only ever grows'); END
    """
    for event_ in ("UPDATE", "DELETE")
)


@event.listens_for(Table, "after_create")
def _protect(table: Table, connection: Connection, **_: Any) -> None:
    """Refuse UPDATE, DELETE and TRUNCATE on a marked table from its first moment on."""
    if table.info.get(MARK):
        statements = _POSTGRES if connection.dialect.name == POSTGRES else _SQLITE
        for statement in statements:
            connection.exec_driver_sql(statement.format(table=table.name))
