"""A unit of work in SQL."""

from collections.abc import Awaitable, Sequence
from contextlib import suppress
from typing import Any, Generic, TypeVar

from moniqo.adapters.persistence.backend import Select
from moniqo.adapters.persistence.collection import Collection
from moniqo.adapters.persistence.sql.driver import Cause, Driver, Failure
from moniqo.adapters.persistence.sql.schema import Schema
from moniqo.adapters.persistence.violations import stale
from moniqo.application.shared.query import Condition, any_of
from moniqo.domain.shared.entity import Entity

C = TypeVar("C")
E = TypeVar("E", bound=Entity)
T = TypeVar("T")
Rows = Sequence[Sequence[Any]]
BATCH = 5_000
"""Rows that are sent in one go, well within the time that a statement has."""


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
        return list(map(self._schema.rows[collection.entity].decoder(select.without), rows))

    async def find_and_count(
        self, collection: Collection[E], select: Select
    ) -> tuple[list[E], int]:
        """See `Session`."""
        text, values = self._schema.statements.find(collection.name, select, counted=True)
        rows = await self._read(collection, text, values)
        if rows:
            decode = self._schema.rows[collection.entity].decoder(select.without)
            return list(map(decode, rows)), rows[0][-1]
        # Beyond the end no row is there to carry the count.
        beyond = select.offset > 0 or select.after is not None
        return [], await self.count(collection, select) if beyond else 0

    async def count(self, collection: Collection[E], select: Select) -> int:
        """See `Session`."""
        text, values = self._schema.statements.count(collection.name, select)
        rows = await self._read(collection, text, values)
        return int(rows[0][0])

    async def insert(self, collection: Collection[E], entities: Sequence[E]) -> None:
        """See `Session`."""
        statement = self._schema.statements.insert(collection.name)
        encode = self._schema.rows[collection.entity].encode
        for batch in (entities[at : at + BATCH] for at in range(0, len(entities), BATCH)):
            rows = [statement.filled(encode(entity)) for entity in batch]
            await self._write(collection, statement.text, rows, batch)

    async def update(self, collection: Collection[E], entity: E, expected_version: int) -> None:
        """See `Session`."""
        statement = self._schema.statements.update(collection.name)
        row = self._schema.rows[collection.entity].encode(entity)
        values = statement.filled([*row, expected_version])
        if not await self._write(collection, statement.text, [values], [entity]):
            raise stale(collection)

    async def fill(self, collection: Collection[E], entities: Sequence[E]) -> None:
        """See `Session`."""
        statement = self._schema.statements.fill(collection.name, collection.write_once)
        encode = self._schema.rows[collection.entity].encode_filled
        for batch in (entities[at : at + BATCH] for at in range(0, len(entities), BATCH)):
            values = statement.filled(self._schema.spread(list(map(encode, batch))))
            if len(await self._write(collection, statement.text, [values], batch)) < len(batch):
                raise stale(collection)

    async def delete(self, collection: Collection[E], where: tuple[Condition, ...]) -> int:
        """See `Session`."""
        text, values = self._schema.statements.delete(collection.name, where)
        return len(await self._write(collection, text, [values], ()))

    async def commit(self) -> None:
        """See `Session`."""
        if self._connection is not None:
            await self._told(None, self._driver.commit(self._connection))
            self._release(self._connection)

    async def rollback(self) -> None:
        """See `Session`."""
        if self._connection is None:
            return
        try:
            # A broken connection has forgotten everything already.
            with suppress(*self._driver.errors):
                await self._driver.rollback(self._connection)
        finally:
            self._release(self._connection)

    def _release(self, connection: C) -> None:
        self._connection = None
        self._driver.writers.release(connection)

    async def _begun(self) -> C:
        if self._connection is None:
            self._connection = await self._driver.writers.acquire()
            await self._driver.begin(self._connection)
        return self._connection

    async def _read(self, collection: Collection[Any], text: str, values: list[Any]) -> Rows:
        return await self._told(collection, self._fetched(text, values))

    async def _fetched(self, text: str, values: list[Any]) -> Rows:
        if self._connection is not None:
            return await self._driver.fetch(self._connection, text, values)
        connection = await self._driver.readers.acquire()
        try:
            return await self._driver.fetch(connection, text, values)
        finally:
            self._driver.readers.release(connection)

    async def _write(
        self,
        collection: Collection[Any],
        text: str,
        rows: list[list[Any]],
        entities: Sequence[Entity],
    ) -> Rows:
        """Run a statement that writes `entities` (deletes, if there are none)."""
        try:
            connection = await self._begun()
            if len(rows) == 1:
                return await self._driver.fetch(connection, text, rows[0])
            await self._driver.repeat(connection, text, rows)
        except self._driver.errors as error:
            failure = self._driver.failure(error)
            if failure.cause is Cause.DANGLING:
                failure = await self._located(collection, failure, entities)
            raise self._schema.refusal(collection, failure) from error
        return ()

    async def _told(self, collection: Collection[Any] | None, run: Awaitable[T]) -> T:
        try:
            return await run
        except self._driver.errors as error:
            raise self._schema.refusal(collection, self._driver.failure(error)) from error

    async def _located(
        self, collection: Collection[Any], failure: Failure, entities: Sequence[Entity]
    ) -> Failure:
        """A broken reference with its field, or the side it broke on: SQLite tells neither."""
        if not entities:
            return Failure(Cause.REFERRED)
        if failure.constraint is not None:
            return failure
        references = self._schema.registry.references(collection).items()
        missing = [name for name, to in references if await self._leads_nowhere(name, to, entities)]
        return Failure(Cause.DANGLING, columns=tuple(missing))

    async def _leads_nowhere(
        self, name: str, target: Collection[Any], entities: Sequence[Entity]
    ) -> bool:
        ids = {getattr(entity, name) for entity in entities} - {None}
        known = Select(where=(any_of("id", tuple(ids)),), deleted=True)
        return await self.count(target, known) < len(ids)
