"""SQLite by aiosqlite: one connection writes, a few read."""

import asyncio
import sqlite3
from collections.abc import Sequence
from time import monotonic
from typing import Any

import aiosqlite

from moniqo.adapters.persistence.sql.address import SqliteAddress
from moniqo.adapters.persistence.sql.dialect import SQLITE, Dialect
from moniqo.adapters.persistence.sql.driver import Cause, Failure
from moniqo.adapters.persistence.sql.limits import Limits
from moniqo.adapters.persistence.sql.pool import Pool
from moniqo.domain.shared.errors import Unavailable

OLDEST = (3, 37)
_STATEMENTS = 500
_PAUSE = 0.01
_UNIQUE = ("SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY")
Connection = aiosqlite.Connection


class SqliteDriver:
    """See `Driver`. Readers see what is committed (WAL) and are never in the writer's way."""

    dialect: Dialect = SQLITE
    # aiosqlite says with a ValueError that a connection was closed.
    errors: tuple[type[Exception], ...] = (sqlite3.Error, OSError, ValueError)

    def __init__(self, address: SqliteAddress, limits: Limits) -> None:
        self._address = address
        self._limits = limits
        self.readers = Pool[Connection](self._reader, usable=_is_free, discard=_stop, limits=limits)
        # Its users wait for one another as long as they would for another process.
        alone = Limits(1, limits.statement_seconds, limits.statement_seconds)
        self.writers = Pool[Connection](self.connect, usable=_is_free, discard=_stop, limits=alone)
        self.planners = self.writers

    async def connect(self, *, create: bool = False, migrating: bool = False) -> Connection:
        """See `Driver`. A migration copies tables, which foreign keys would not let it."""
        if create:
            self._address.path.parent.mkdir(parents=True, exist_ok=True)
        keys = "OFF" if migrating else "ON"
        return await self._open("rwc" if create else "rw", f"PRAGMA foreign_keys={keys};")

    async def _reader(self) -> Connection:
        return await self._open("rw", "PRAGMA query_only=ON;")

    async def _open(self, mode: str, pragma: str) -> Connection:
        connection = aiosqlite.connect(
            f"{self._address.path.absolute().as_uri()}?mode={mode}",
            uri=True,
            isolation_level=None,
            timeout=self._limits.statement_seconds,
            cached_statements=_STATEMENTS,
        )
        # A program that ends without closing it ends all the same.
        connection._thread.daemon = True  # noqa: SLF001  (there is no other way to say it)
        try:
            await connection
        except BaseException:
            # Its thread has an answer left to give; the event loop must still be there for that.
            await asyncio.to_thread(connection._thread.join)  # noqa: SLF001  (the same)
            raise
        try:
            await self._set_up(connection, pragma)
        except BaseException:
            # Another process may be changing the journal's mode: its thread must not outlive us.
            await connection.close()
            raise
        return connection

    async def _set_up(self, connection: Connection, pragma: str) -> None:
        # Two who change a new file's journal at once do not wait: SQLite refuses one of them.
        deadline = monotonic() + self._limits.statement_seconds
        while True:
            try:
                await connection.executescript(
                    f"PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; {pragma}"
                )
            except sqlite3.OperationalError as error:
                code = getattr(error, "sqlite_errorname", "")
                if not code.startswith("SQLITE_BUSY") or monotonic() > deadline:
                    raise
                await asyncio.sleep(_PAUSE)
            else:
                return

    async def fetch(
        self, connection: Connection, text: str, values: list[Any]
    ) -> Sequence[Sequence[Any]]:
        """See `Driver`."""
        return list(await connection.execute_fetchall(text, values))

    async def repeat(self, connection: Connection, text: str, rows: list[list[Any]]) -> None:
        """See `Driver`."""
        cursor = await connection.executemany(text, rows)
        await cursor.close()

    async def begin(self, connection: Connection) -> None:
        """See `Driver`."""
        await connection.execute_fetchall("BEGIN IMMEDIATE")

    async def commit(self, connection: Connection) -> None:
        """See `Driver`."""
        await connection.execute_fetchall("COMMIT")

    async def rollback(self, connection: Connection) -> None:
        """See `Driver`."""
        await connection.rollback()

    def failure(self, error: Exception) -> Failure:
        """See `Driver`."""
        code = getattr(error, "sqlite_errorname", "")
        if code in _UNIQUE:
            # UNIQUE constraint failed: agents.owner_id, agents.name
            names = str(error).partition(": ")[2].split(", ")
            return Failure(Cause.DUPLICATE, columns=tuple(name.partition(".")[2] for name in names))
        if code == "SQLITE_CONSTRAINT_FOREIGNKEY":
            return Failure(Cause.DANGLING)
        return Failure(Cause.UNAVAILABLE)

    async def probe(self) -> None:
        """See `Driver`."""
        if sqlite3.sqlite_version_info < OLDEST:
            raise Unavailable(
                f"SQLite {'.'.join(map(str, OLDEST))} or newer is needed, this Python has "
                f"{sqlite3.sqlite_version}. Use another Python or PostgreSQL."
            )
        try:
            connection = await self.connect()
            await connection.close()
        except self.errors as error:
            raise Unavailable(
                f"SQLite database {self._address} cannot be opened: {error}. Check DATABASE_URL "
                "and the folder's permissions; `moniqo migrate` makes one that is not there yet."
            ) from error

    async def close(self) -> None:
        """See `Driver`."""
        for pool in (self.readers, self.writers):
            await pool.close(lambda connection: connection.close())


def _is_free(connection: Connection) -> bool:
    try:
        return not connection.in_transaction
    except SqliteDriver.errors:
        return False  # closed


def _stop(connection: Connection) -> None:
    connection.stop()
