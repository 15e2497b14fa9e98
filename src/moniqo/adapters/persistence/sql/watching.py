"""A driver under watch: statements that take too long are told."""

from collections.abc import Sequence
from time import perf_counter
from typing import Any, Generic, TypeVar

from moniqo.adapters.persistence.slow_queries import SlowQueries
from moniqo.adapters.persistence.sql.driver import Driver

C = TypeVar("C")


class WatchedDriver(Generic[C]):
    """See `Driver`: all of it is the other one's."""

    def __init__(self, driver: Driver[C], slow: SlowQueries) -> None:
        self._driver = driver
        self._slow = slow
        self.dialect = driver.dialect
        self.errors = driver.errors
        self.readers = driver.readers
        self.writers = driver.writers
        self.planners = driver.planners
        self.rollback = driver.rollback
        self.failure = driver.failure
        self.probe = driver.probe
        self.connect = driver.connect
        self.close = driver.close

    async def fetch(self, connection: C, text: str, values: list[Any]) -> Sequence[Sequence[Any]]:
        """See `Driver`."""
        began = perf_counter()
        try:
            return await self._driver.fetch(connection, text, values)
        finally:
            self._slow.took(text, perf_counter() - began)

    async def repeat(self, connection: C, text: str, rows: list[list[Any]]) -> None:
        """See `Driver`."""
        began = perf_counter()
        try:
            await self._driver.repeat(connection, text, rows)
        finally:
            self._slow.took(text, perf_counter() - began)

    async def begin(self, connection: C) -> None:
        """See `Driver`; in SQLite it waits for whoever writes."""
        began = perf_counter()
        try:
            await self._driver.begin(connection)
        finally:
            self._slow.took("BEGIN", perf_counter() - began)

    async def commit(self, connection: C) -> None:
        """See `Driver`."""
        began = perf_counter()
        try:
            await self._driver.commit(connection)
        finally:
            self._slow.took("COMMIT", perf_counter() - began)
