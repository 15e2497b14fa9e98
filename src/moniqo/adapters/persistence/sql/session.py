"""A unit of work in SQL."""

from collections.abc import Awaitable, Sequence
from typing import Any, Generic, TypeVar

from moniqo.adapters.persistence.backend import Select
from moniqo.adapters.persistence.collection import Collection
from moniqo.adapters.persistence.sql.driver import Cause, Driver, Failure
from moniqo.adapters.persistence.sql.schema import Schema
from moniqo.adapters.persistence.violations import referred, stale
from moniqo.application.shared.query import Condition, eq
from moniqo.domain.shared.entity import Entity

C = TypeVar("C")
E = TypeVar("E", bound=Entity)
T = TypeVar("T")


class SqlSession(Generic[C]):
    """Reads before the first write run alone, on a connection held no longer than they take.

    The first write takes a connection and begins a transaction, in which everything after it
    happens.
    """

    def __init__(self, driver: Driver[C], schema: Schema) -> None:
        self._driver = driver
        self._schema = schema
        self._connection: C | None = None

    async def find(self, collection: Collection[E], select: Select) -> list[E]:
        """See `Session`."""
        text, values = self._schema.statements.find(collection.name, select, counted=False)
        rows = await self._read(collection, text, values)
        return list(map(self._schema.rows[collection.entity].decode, rows))

    async def find_and_count(
        self, collection: Collection[E], select: Select
    ) -> tuple[list[E], int]:
        """See `Session`."""
        if select.after is not None:
            return await self.find(collection, select), await self.count(collection, select)
        text, values = self._schema.statements.find(collection.name, select, counted=True)
        rows = await self._read(collection, text, values)
        if rows:
            return list(map(self._schema.rows[collection.entity].decode, rows)), rows[0][-1]
        # Beyond the end no row is there to carry the count.
        return [], await self.count(collection, select) if select.offset else 0

    async def count(self, collection: Collection[E], select: Select) -> int:
        """See `Session`."""
        text, values = self._schema.statements.count(collection.name, select)
        rows = await self._read(collection, text, values)
        return int(rows[0][0])

    async def insert(self, collection: Collection[E], entities: Sequence[E]) -> None:
        """See `Session`."""
        statement = self._schema.statements.insert(collection.name)
        encode = self._schema.rows[collection.entity].encode
        rows = [statement.filled(encode(entity)) for entity in entities]
        connection = await self._begun()
        if len(rows) == 1:
            run: Awaitable[Any] = self._driver.fetch(connection, statement.text, rows[0])
        else:
            run = self._driver.repeat(connection, statement.text, rows)
        await self._write(collection, run, entities)

    async def update(self, collection: Collection[E], entity: E, expected_version: int) -> None:
        """See `Session`."""
        statement = self._schema.statements.update(collection.name)
        row = self._schema.rows[collection.entity].encode(entity)
        values = statement.filled([*row, expected_version])
        connection = await self._begun()
        run = self._driver.fetch(connection, statement.text, values)
        if not await self._write(collection, run, [entity]):
            raise stale(collection)

    async def delete(self, collection: Collection[E], where: tuple[Condition, ...]) -> int:
        """See `Session`."""
        text, values = self._schema.statements.delete(collection.name, where)
        connection = await self._begun()
        try:
            return len(await self._driver.fetch(connection, text, values))
        except self._driver.errors as error:
            failure = self._driver.failure(error)
            if failure.cause is Cause.DANGLING:
                raise referred(collection) from error
            raise self._schema.refusal(collection, failure) from error

    async def commit(self) -> None:
        """See `Session`."""
        if self._connection is None:
            return
        try:
            await self._driver.commit(self._connection)
        except self._driver.errors as error:
            raise self._schema.refusal(None, self._driver.failure(error)) from error
        self._release()

    async def rollback(self) -> None:
        """See `Session`."""
        if self._connection is None:
            return
        try:
            await self._driver.rollback(self._connection)
        except self._driver.errors:
            return  # the connection is broken, and with it the transaction is gone
        finally:
            self._release()

    def _release(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            self._driver.writers.release(connection)

    async def _begun(self) -> C:
        if self._connection is None:
            try:
                self._connection = await self._driver.writers.acquire()
                await self._driver.begin(self._connection)
            except self._driver.errors as error:
                raise self._schema.refusal(None, self._driver.failure(error)) from error
        return self._connection

    async def _read(
        self, collection: Collection[Any], text: str, values: list[Any]
    ) -> Sequence[Sequence[Any]]:
        try:
            if self._connection is not None:
                return await self._driver.fetch(self._connection, text, values)
            connection = await self._driver.readers.acquire()
            try:
                return await self._driver.fetch(connection, text, values)
            finally:
                self._driver.readers.release(connection)
        except self._driver.errors as error:
            raise self._schema.refusal(collection, self._driver.failure(error)) from error

    async def _write(
        self, collection: Collection[Any], run: Awaitable[T], entities: Sequence[Entity]
    ) -> T:
        try:
            return await run
        except self._driver.errors as error:
            failure = self._driver.failure(error)
            if failure.cause is Cause.DANGLING:
                failure = await self._located(collection, failure, entities)
            raise self._schema.refusal(collection, failure) from error

    async def _located(
        self, collection: Collection[Any], failure: Failure, entities: Sequence[Entity]
    ) -> Failure:
        """The failure with the reference that leads nowhere, which SQLite does not tell."""
        if failure.constraint is not None:
            return failure
        for name, target in self._schema.registry.references(collection).items():
            for value in {getattr(entity, name) for entity in entities} - {None}:
                known = Select(where=(eq("id", value),), deleted=True)
                if not await self.count(target, known):
                    return Failure(Cause.DANGLING, columns=(name,))
        return failure
