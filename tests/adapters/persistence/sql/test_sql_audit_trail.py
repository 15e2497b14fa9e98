"""What the database itself refuses to do to the audit trail, and what is seen where it did it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Connection, text

from moniqo.adapters.persistence.collections import REGISTRY
from moniqo.adapters.persistence.sql.backend import SqlBackend
from moniqo.adapters.persistence.sql.migrating import alembic_config
from moniqo.adapters.security.hmac_audit_seals import HmacAuditSeals
from moniqo.application.audit.seal_audit import SealAudit
from moniqo.application.audit.verify_audit import Break, Damage, Verification, VerifyAudit
from moniqo.application.shared.query import Listing
from moniqo.application.shared.trail import audit_entry
from moniqo.domain.audit.audit_log import AuditAction, AuditLog
from moniqo.domain.shared.errors import Unavailable
from support.store import Store
from support.tampering import tampering

SEALS = HmacAuditSeals(keys=(b"k" * 32,))
FILLED = "seq = 9, previous_hash = 'a', hash = 'b'"
OTHER_VALUES = {
    "id": "entity_id",
    "created_at": "'2020-01-01T00:00:00.000Z'",
    "created_by": "id",
    "deleted_at": "created_at",
    "user_id": "id",
    "action": "'read'",
    "entity_type": "'x'",
    "entity_id": "NULL",
    "old_values": "'{}'",
    "new_values": "'{}'",
    "description": "'x'",
    "ip_address": "'x'",
    "user_agent": "'x'",
    "status": "'failure'",
    "error_message": "'x'",
    "metadata": "'{}'",
    "request_id": "'x'",
}
"""Another value for each column that sealing must leave as it is."""


async def _execute(backend: SqlBackend, statement: str) -> Any:
    def run(connection: Connection) -> Any:
        result = connection.execute(text(statement))
        return result.fetchall() if result.returns_rows else result.rowcount

    return await backend.migrations.run(run)


@pytest.fixture
def store(migrated: SqlBackend) -> Store:
    return Store(migrated, REGISTRY)


async def _written(store: Store, count: int = 1) -> tuple[AuditLog, ...]:
    async with store.uow() as tx:
        for number in range(count):
            entity = ("Thing", store.ids.new())
            entry = audit_entry(
                store.ids.new(), AuditAction.UPDATE, entity=entity, description=str(number)
            )
            await tx[AuditLog].add(entry)
    async with store.uow() as tx:
        return (await tx[AuditLog].page(Listing(limit=100))).items


async def _sealed(store: Store, count: int = 1) -> tuple[AuditLog, ...]:
    await _written(store, count)
    await SealAudit(store.uow, SEALS)()
    return await _written(store, 0)


async def _verified(store: Store) -> Verification:
    return await VerifyAudit(store.uow, SEALS, SealAudit(store.uow, SEALS))()


async def test_an_entry_may_be_sealed_once(migrated: SqlBackend, store: Store) -> None:
    await _written(store)

    assert await _execute(migrated, f"UPDATE audit_logs SET {FILLED}, version = 2") == 1  # noqa: S608
    with pytest.raises(Unavailable):
        await _execute(migrated, f"UPDATE audit_logs SET {FILLED}, version = 3")  # noqa: S608


@pytest.mark.parametrize(
    "change",
    [
        "seq = 9",
        "seq = 9, hash = 'b'",
        "previous_hash = 'a', hash = 'b'",
        "version = 2",
        "seq = NULL, previous_hash = NULL, hash = NULL",
    ],
)
async def test_an_entry_is_not_sealed_in_part(
    migrated: SqlBackend, store: Store, change: str
) -> None:
    before = await _written(store)

    with pytest.raises(Unavailable):
        await _execute(migrated, f"UPDATE audit_logs SET {change}")  # noqa: S608

    assert await _written(store, 0) == before


@pytest.mark.parametrize(("column", "value"), OTHER_VALUES.items())
async def test_nothing_else_changes_with_the_sealing(
    migrated: SqlBackend, store: Store, column: str, value: str
) -> None:
    before = await _written(store)

    with pytest.raises(Unavailable):
        await _execute(migrated, f"UPDATE audit_logs SET {FILLED}, {column} = {value}")  # noqa: S608

    assert await _written(store, 0) == before


def test_every_column_is_held() -> None:
    freely = {"seq", "previous_hash", "hash", "version", "updated_at", "updated_by"}

    assert set(OTHER_VALUES) == set(REGISTRY[AuditLog].fields) - freely


@pytest.mark.parametrize("statement", ["DELETE FROM audit_logs", "TRUNCATE audit_logs"])
async def test_sealed_entries_stay(migrated: SqlBackend, store: Store, statement: str) -> None:
    before = await _sealed(store, 2)

    with pytest.raises(Unavailable):
        await _execute(migrated, statement)

    assert await _written(store, 0) == before


async def test_a_store_that_knew_no_chain_gets_one(migrated: SqlBackend, store: Store) -> None:
    await _sealed(store, 3)

    def as_it_was(connection: Connection) -> None:
        config = alembic_config(connection, migrated.schema.tables)
        command.downgrade(config, "20261121_1335")

    await migrated.migrations.run(as_it_was)
    with pytest.raises(Unavailable):
        await _execute(migrated, "UPDATE audit_logs SET description = 'x'")
    await migrated.migrate()
    unsealed = await _written(store, 0)
    found = await _verified(store)

    assert [row.seq for row in unsealed] == [None] * 3
    assert (found.entries, found.broken) == (3, None)


async def test_what_is_no_entry_any_more_is_named_by_its_number(store: Store) -> None:
    rows = await _sealed(store, 3)

    await tampering(store.backend).change(rows[1].id, action="nothing")
    found = await _verified(store)

    assert (found.entries, found.broken) == (1, Break(2, None, Damage.UNREADABLE))


async def test_what_was_marked_as_removed_is_noticed_and_the_chain_goes_on(store: Store) -> None:
    rows = await _sealed(store, 3)
    instant = datetime(2026, 5, 1, tzinfo=UTC)

    await tampering(store.backend).change(rows[2].id, deleted_at=instant)
    after = await _sealed(store)

    assert [row.seq for row in after] == [1, 2, 4]
    assert (await _verified(store)).broken == Break(3, rows[2].id, Damage.CONTENT)
