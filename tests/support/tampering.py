"""What somebody who owns the database can do to the audit trail, past every guard of ours."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import Connection, text

from moniqo.adapters.codec import instant_text
from moniqo.adapters.persistence.backend import Backend
from moniqo.adapters.persistence.collections import REGISTRY
from moniqo.adapters.persistence.memory import MemoryBackend
from moniqo.adapters.persistence.mongo.backend import MongoBackend
from moniqo.adapters.persistence.sql.backend import SqlBackend
from moniqo.domain.audit.audit_log import AuditLog


class Tampering(Protocol):
    """Changes rows of the trail where they are stored."""

    async def change(self, row_id: UUID, **fields: Any) -> None: ...

    async def delete(self, row_id: UUID) -> None: ...


def tampering(backend: Backend) -> Tampering:
    """The owner of that database."""
    if isinstance(backend, SqlBackend):
        return _InSql(backend)
    if isinstance(backend, MongoBackend):
        return _InMongo(backend)
    assert isinstance(backend, MemoryBackend)
    return _InMemory(backend)


@dataclass(frozen=True)
class _InSql:
    backend: SqlBackend

    async def change(self, row_id: UUID, **fields: Any) -> None:
        assigned = ", ".join(f"{name} = :{name}" for name in fields)
        statement = f"UPDATE audit_logs SET {assigned} WHERE id = :id"  # noqa: S608  (a test's own)
        await self._run(statement, id=row_id, **fields)

    async def delete(self, row_id: UUID) -> None:
        await self._run("DELETE FROM audit_logs WHERE id = :id", id=row_id)

    async def _run(self, statement: str, **values: Any) -> None:
        def act(connection: Connection) -> None:
            is_sqlite = connection.dialect.name == "sqlite"
            given = (
                {name: _as_text(value) for name, value in values.items()} if is_sqlite else values
            )
            with (_dropped if is_sqlite else _disabled)(connection):
                assert connection.execute(text(statement), given).rowcount == 1

        await self.backend.migrations.run(act)


def _as_text(value: Any) -> Any:
    if isinstance(value, datetime):
        return instant_text(value)
    return str(value) if isinstance(value, UUID) else value


@contextmanager
def _disabled(connection: Connection) -> Iterator[None]:
    connection.execute(text("ALTER TABLE audit_logs DISABLE TRIGGER USER"))
    yield
    connection.execute(text("ALTER TABLE audit_logs ENABLE TRIGGER USER"))


@contextmanager
def _dropped(connection: Connection) -> Iterator[None]:
    of_it = "FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_logs'"
    triggers = connection.execute(text(f"SELECT name, sql {of_it}")).fetchall()
    for name, _ in triggers:
        connection.execute(text(f"DROP TRIGGER {name}"))
    yield
    for _, sql in triggers:
        connection.execute(text(sql))


@dataclass(frozen=True)
class _InMongo:
    backend: MongoBackend

    async def change(self, row_id: UUID, **fields: Any) -> None:
        done = await self._rows.update_one({"_id": row_id}, {"$set": fields})
        assert done.modified_count == 1

    async def delete(self, row_id: UUID) -> None:
        assert (await self._rows.delete_one({"_id": row_id})).deleted_count == 1

    @property
    def _rows(self) -> Any:
        return self.backend._store.rows(REGISTRY[AuditLog])


@dataclass(frozen=True)
class _InMemory:
    backend: MemoryBackend

    async def change(self, row_id: UUID, **fields: Any) -> None:
        table = self.backend.tables[AuditLog]
        table.put(row_id.int, table.rows[row_id.int].stamped(**fields))

    async def delete(self, row_id: UUID) -> None:
        self.backend.tables[AuditLog].put(row_id.int, None)
