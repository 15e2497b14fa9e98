"""Rules that the database itself keeps, whoever writes to it."""

from typing import Any

import pytest
from sqlalchemy import Connection, text

from moniqo.adapters.persistence.collections import REGISTRY
from moniqo.adapters.persistence.sql.backend import SqlBackend
from moniqo.domain.audit.audit_log import AuditAction, AuditLog
from moniqo.domain.shared.errors import Unavailable
from moniqo.domain.shared.ids import AuditLogId
from support.catalogue import catalogue
from support.store import Store


async def _execute(backend: SqlBackend, statement: str) -> Any:
    def run(connection: Connection) -> Any:
        result = connection.execute(text(statement))
        return result.fetchall() if result.returns_rows else None

    return await backend.migrations.run(run)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_logs SET version = 2", "DELETE FROM audit_logs", "TRUNCATE audit_logs"],
)
async def test_a_table_that_only_grows_refuses_every_other_statement(
    migrated: SqlBackend, statement: str
) -> None:
    store = Store(migrated, REGISTRY)
    async with store.uow() as tx:
        await tx[AuditLog].add(_entry(store))
    before = await _execute(migrated, "SELECT * FROM audit_logs")

    with pytest.raises(Unavailable):
        await _execute(migrated, statement)

    assert await _execute(migrated, "SELECT * FROM audit_logs") == before


async def test_each_collection_that_only_grows_has_its_triggers(migrated: SqlBackend) -> None:
    tables = await migrated.migrations.run(
        lambda connection: {row[1] for row in catalogue(connection) if row[0] == "trigger"}
    )

    assert tables == {item.name for item in REGISTRY if item.append_only}


def _entry(store: Store) -> AuditLog:
    return AuditLog(
        id=AuditLogId(store.ids.new()),
        user_id=None,
        action=AuditAction.READ,
        entity_type="X",
        entity_id=None,
    )
