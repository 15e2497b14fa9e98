"""SQL as a backend."""

from datetime import UTC, datetime
from typing import Generic, TypeVar

from moniqo.adapters.persistence.collection import Registry
from moniqo.adapters.persistence.sql.columns import POSTGRES
from moniqo.adapters.persistence.sql.driver import Driver
from moniqo.adapters.persistence.sql.migrating import Migrations
from moniqo.adapters.persistence.sql.people import SqlPeople
from moniqo.adapters.persistence.sql.principals import SqlPrincipals
from moniqo.adapters.persistence.sql.schema import Schema
from moniqo.adapters.persistence.sql.session import SqlSession
from moniqo.adapters.persistence.sql.tasks import SqlTasks
from moniqo.domain.shared.errors import Unavailable

C = TypeVar("C")
_NOW = {
    POSTGRES: "SELECT extract(epoch FROM clock_timestamp())::double precision",
    "sqlite": "SELECT (julianday('now') - 2440587.5) * 86400.0",
}
"""The time in seconds since 1970."""


class SqlBackend(Generic[C]):
    """See `Backend`: one database, by either driver."""

    def __init__(self, driver: Driver[C], registry: Registry) -> None:
        self.schema = Schema(registry, driver.dialect)
        self.migrations = Migrations(driver, self.schema.tables)
        self._driver = driver

    def session(self) -> SqlSession[C]:
        """See `Backend`."""
        return SqlSession(self._driver, self.schema)

    def principals(self) -> SqlPrincipals[C]:
        """Who calls, in one statement."""
        return SqlPrincipals(self._driver, self.schema)

    def people(self) -> SqlPeople[C]:
        """Users with their accounts."""
        return SqlPeople(self._driver, self.schema)

    def tasks(self) -> SqlTasks[C]:
        """See `Backend`."""
        return SqlTasks(self._driver, self.schema)

    async def migrate(self) -> None:
        """See `Backend`."""
        await self.migrations.apply()

    async def check(self) -> None:
        """See `Backend`."""
        await self._driver.probe()
        pending = await self.migrations.pending()
        if pending:
            raise Unavailable(
                f"The database's schema is not up to date: {', '.join(pending)} not applied. "
                "Run `moniqo migrate`."
            )

    async def now(self) -> datetime:
        """See `Backend`."""
        text = _NOW[self._driver.dialect.compiler.name]
        try:
            connection = await self._driver.readers.acquire()
            try:
                ((seconds,),) = await self._driver.fetch(connection, text, [])
            finally:
                self._driver.readers.release(connection)
        except self._driver.errors as error:
            raise self.schema.refusal(None, self._driver.failure(error)) from error
        return datetime.fromtimestamp(seconds, UTC)

    async def pending(self) -> tuple[str, ...]:
        """See `Backend`."""
        return await self.migrations.pending()

    async def close(self) -> None:
        """See `Backend`."""
        await self._driver.close()
