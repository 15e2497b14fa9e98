"""Run by Alembic with a connection and the tables that `migrating.alembic_config` gives it."""

from typing import Any

from alembic import context

from moniqo.adapters.persistence.sql.migrating import rendered

given: dict[str, Any] = context.config.attributes
if "connection" not in given:
    raise SystemExit("Use `moniqo migrate`, or `make migration NAME=what_changes` for a new one.")

context.configure(
    connection=given["connection"],
    target_metadata=given["tables"],
    # SQLite changes a table by copying it; in PostgreSQL the same calls alter it in place.
    render_as_batch=True,
    transactional_ddl=True,
    render_item=rendered,
)
with context.begin_transaction():
    context.run_migrations()
