"""The migrations make exactly the schema that the entities need, on both dialects."""

import asyncio
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata, produce_migrations, render_python_code
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, text

from moniqo.adapters.persistence.backend import Select
from moniqo.adapters.persistence.collections import REGISTRY
from moniqo.adapters.persistence.sql.backend import SqlBackend
from moniqo.adapters.persistence.sql.migrating import alembic_config, rendered
from moniqo.adapters.persistence.sql.tables import named
from moniqo.domain.audit.audit_log import AuditLog
from moniqo.domain.shared.errors import Unavailable
from support.catalogue import catalogue
from support.store import Place, open_backend


def differences(tables: MetaData, connection: Connection) -> list[Any]:
    """What Alembic would write into a new migration."""
    return compare_metadata(MigrationContext.configure(connection), tables)


async def test_migrations_and_entities_make_the_same_schema(migrated: SqlBackend) -> None:
    tables = migrated.schema.tables
    by_migrations = await migrated.migrations.run(catalogue)

    await migrated.migrations.run(tables.drop_all)
    await migrated.migrations.run(tables.create_all)

    assert by_migrations == await migrated.migrations.run(catalogue)
    assert len(by_migrations) > len(tables.tables)


async def test_alembic_has_nothing_to_add(migrated: SqlBackend) -> None:
    found = await migrated.migrations.run(
        lambda connection: differences(migrated.schema.tables, connection)
    )

    assert found == []


async def test_a_new_migration_names_types_and_rules_as_the_tables_do(
    unmigrated: SqlBackend,
) -> None:
    tables = unmigrated.schema.tables

    def written(connection: Connection) -> str:
        context = MigrationContext.configure(connection)
        operations = produce_migrations(context, tables).upgrade_ops
        return render_python_code(operations, render_item=rendered, migration_context=context)

    script = await unmigrated.migrations.run(written, create=True)

    assert "sa.Column('open', columns.Exact(), nullable=False)" in script
    assert "columns.exact('open', 'ck_candles_open')" in script
    assert "info={'append_only': True}" in script
    assert "sa.Text" not in script


def test_names_fit_the_database_and_stay_apart() -> None:
    fields = ("a" * 30, "b" * 30)

    names = {named("uq", "table", *fields, last) for last in "xyz"}

    assert len(names) == 3
    assert {len(name) for name in names} == {63}
    assert named("uq", "table", "name") == "uq_table_name"


async def test_migrations_can_be_taken_back_and_applied_again(migrated: SqlBackend) -> None:
    def back(connection: Connection) -> None:
        command.downgrade(alembic_config(connection, migrated.schema.tables), "base")

    before = await migrated.migrations.run(catalogue)
    await migrated.migrations.run(back)
    emptied = await migrated.migrations.run(catalogue)
    await migrated.migrate()

    assert {row for row in emptied if row[0] in ("table", "column")} == set()
    assert await migrated.migrations.run(catalogue) == before


async def test_what_is_pending_is_named_until_it_is_applied(unmigrated: SqlBackend) -> None:
    await unmigrated.migrations.run(lambda _: None, create=True)
    pending = await unmigrated.pending()
    with pytest.raises(Unavailable, match="moniqo migrate") as caught:
        await unmigrated.check()

    await unmigrated.migrate()

    assert pending[0].endswith("_initial")
    assert pending[0] in caught.value.message
    assert await unmigrated.pending() == ()
    await unmigrated.check()


async def test_use_before_migration_is_unavailable(unmigrated: SqlBackend) -> None:
    await unmigrated.migrations.run(lambda _: None, create=True)
    session = unmigrated.session()

    with pytest.raises(Unavailable):
        await session.count(REGISTRY[AuditLog], Select())


async def test_processes_that_migrate_at_once_do_not_meet(empty: Place) -> None:
    backends = [open_backend(empty, REGISTRY) for _ in range(4)]

    await asyncio.gather(*(backend.migrate() for backend in backends))

    for backend in backends:
        assert await backend.pending() == ()
        await backend.close()


async def test_a_database_of_a_newer_version_is_told(migrated: SqlBackend) -> None:
    statement = text("UPDATE alembic_version SET version_num = '99991231_2359'")
    await migrated.migrations.run(lambda connection: connection.execute(statement))

    with pytest.raises(Unavailable, match="newer"):
        await migrated.check()
    with pytest.raises(Unavailable, match="newer"):
        await migrated.migrate()


async def test_a_process_goes_on_while_a_newer_version_is_rolled_out(migrated: SqlBackend) -> None:
    await migrated.check()
    statement = text("UPDATE alembic_version SET version_num = '99991231_2359'")
    await migrated.migrations.run(lambda connection: connection.execute(statement))

    await migrated.check()


async def test_a_migration_that_fails_changes_nothing(unmigrated: SqlBackend) -> None:
    def half(connection: Connection) -> None:
        unmigrated.schema.tables.tables["accounts"].create(connection)
        connection.execute(text("SELECT nonsense FROM nowhere"))

    with pytest.raises(Unavailable):
        await unmigrated.migrations.run(half, create=True)

    assert await unmigrated.migrations.run(catalogue) == set()
