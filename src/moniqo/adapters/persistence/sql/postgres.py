"""PostgreSQL by asyncpg, spoken to directly."""

from collections.abc import Awaitable, Sequence
from typing import Any, TypeVar

import asyncpg
from asyncpg import Connection

from moniqo.adapters.persistence.sql.address import PostgresAddress
from moniqo.adapters.persistence.sql.dialect import POSTGRES, Dialect
from moniqo.adapters.persistence.sql.driver import Cause, Failure
from moniqo.adapters.persistence.sql.limits import Limits
from moniqo.adapters.persistence.sql.pool import Pool
from moniqo.domain.shared.errors import Unavailable

T = TypeVar("T")
_SETTINGS = {
    "application_name": "moniqo",
    "timezone": "UTC",
    # What asyncpg asks about types is planned in no time; compiling it takes half a second.
    "jit": "off",
    "idle_in_transaction_session_timeout": "60s",
}
_PLANNED = {**_SETTINGS, "plan_cache_mode": "force_custom_plan"}
_PLANNERS = 4
_STATEMENTS = 500


class PostgresDriver:
    """See `Driver`. One pool serves reads and transactions, a few connections what is planned."""

    dialect: Dialect = POSTGRES
    errors: tuple[type[Exception], ...] = (
        asyncpg.PostgresError,
        asyncpg.InterfaceError,
        asyncpg.InternalClientError,
        OSError,
    )

    def __init__(self, address: PostgresAddress, limits: Limits) -> None:
        self._address = address
        self._limits = limits
        self.readers = self.writers = Pool[Connection](
            self.connect, usable=_is_free, discard=_cut, limits=limits
        )
        few = Limits(_PLANNERS, limits.patience, limits.statement_seconds)
        self.planners = Pool[Connection](self._planning, usable=_is_free, discard=_cut, limits=few)

    async def connect(self, *, create: bool = False, migrating: bool = False) -> Connection:  # noqa: ARG002  (a server's databases are made by its owner)
        """See `Driver`. A migration may take as long as it needs."""
        seconds = None if migrating else self._limits.statement_seconds
        return await self._open(seconds, _SETTINGS)

    async def _planning(self) -> Connection:
        return await self._open(self._limits.statement_seconds, _PLANNED)

    async def _open(self, seconds: float | None, settings: dict[str, str]) -> Connection:
        return await asyncpg.connect(
            self._address.dsn,
            timeout=self._limits.patience,
            command_timeout=seconds,
            statement_cache_size=_STATEMENTS,
            server_settings=settings,
        )

    async def fetch(
        self, connection: Connection, text: str, values: list[Any]
    ) -> Sequence[Sequence[Any]]:
        """See `Driver`."""
        rows: list[Sequence[Any]] = await _in_time(connection, connection.fetch(text, *values))
        return rows

    async def repeat(self, connection: Connection, text: str, rows: list[list[Any]]) -> None:
        """See `Driver`."""
        await _in_time(connection, connection.executemany(text, rows))

    async def begin(self, connection: Connection) -> None:
        """See `Driver`."""
        await _in_time(connection, connection.execute("BEGIN ISOLATION LEVEL READ COMMITTED"))

    async def commit(self, connection: Connection) -> None:
        """See `Driver`."""
        await _in_time(connection, connection.execute("COMMIT"))

    async def rollback(self, connection: Connection) -> None:
        """See `Driver`."""
        await _in_time(connection, connection.execute("ROLLBACK"))

    def failure(self, error: Exception) -> Failure:
        """See `Driver`."""
        constraint = getattr(error, "constraint_name", None)
        if isinstance(error, asyncpg.UniqueViolationError):
            return Failure(Cause.DUPLICATE, constraint)
        if isinstance(error, asyncpg.ForeignKeyViolationError):
            return Failure(Cause.DANGLING, constraint)
        if isinstance(error, asyncpg.SerializationError | asyncpg.DeadlockDetectedError):
            return Failure(Cause.RIVAL)
        return Failure(Cause.UNAVAILABLE)

    async def probe(self) -> None:
        """See `Driver`."""
        try:
            connection = await self.connect()
            try:
                encoding = await connection.fetchval("SHOW server_encoding")
            finally:
                await connection.close()
        except self.errors as error:
            reason = str(error) or type(error).__name__
            raise self._unusable(f"cannot be reached: {reason}") from error
        if encoding != "UTF8":
            raise self._unusable(f"has the encoding {encoding}; create it with ENCODING 'UTF8'")

    def _unusable(self, reason: str) -> Unavailable:
        return Unavailable(
            f"PostgreSQL at {self._address} {reason}. "
            "Check that it runs and that DATABASE_URL names it."
        )

    async def close(self) -> None:
        """See `Driver`."""
        for pool in (self.readers, self.planners):
            await pool.close(lambda found: found.close(timeout=self._limits.patience))


async def _in_time(connection: Connection, call: Awaitable[T]) -> T:
    try:
        return await call
    except TimeoutError:
        # A server that does not answer would not answer to the cancellation either.
        connection.terminate()
        raise


def _is_free(connection: Connection) -> bool:
    return not connection.is_closed() and not connection.is_in_transaction()


def _cut(connection: Connection) -> None:
    connection.terminate()
