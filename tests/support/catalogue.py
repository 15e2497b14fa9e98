"""What a SQL database knows of its own schema."""

from sqlalchemy import Connection, text

CATALOGUE = {
    "sqlite": """
        SELECT type, tbl_name, name, sql FROM sqlite_master
        WHERE tbl_name <> 'alembic_version' ORDER BY type, name
    """,
    "postgresql": """
        SELECT 'column', table_name, column_name::text, concat_ws(' ', data_type, collation_name,
               is_nullable, column_default)
        FROM information_schema.columns WHERE table_schema = 'public'
        UNION ALL SELECT 'index', tablename::text, indexname::text, indexdef
        FROM pg_indexes WHERE schemaname = 'public'
        UNION ALL SELECT 'constraint', conrelid::regclass::text, conname::text,
               pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace
        UNION ALL SELECT 'trigger', tgrelid::regclass::text, tgname::text, pg_get_triggerdef(oid)
        FROM pg_trigger WHERE NOT tgisinternal
        ORDER BY 1, 2, 3
    """,
}


def catalogue(connection: Connection) -> set[tuple[str, ...]]:
    """Everything that the database knows of its schema: kind, table, name and definition."""
    rows = connection.execute(text(CATALOGUE[connection.dialect.name]))
    found = {(kind, table, name, _normal(definition)) for kind, table, name, definition in rows}
    return {row for row in found if row[1] != "alembic_version"}


def _normal(definition: str | None) -> str:
    """Without line breaks, and with the parts of a table in one order."""
    shown = " ".join((definition or "").split())
    if not shown.startswith("CREATE TABLE"):
        return shown
    head, _, rest = shown.partition("(")
    body, _, tail = rest.rpartition(")")
    return f"{head}({', '.join(sorted(part.strip() for part in body.split(', ')))}){tail}"
