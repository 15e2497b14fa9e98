"""PostgreSQL (extra `postgres`) and SQLite: tables, statements and rows made from the registry.

The schema's history is in `migrations/`, inside the package, so that an installed program
finds it.
"""

from typing import Any

from moniqo.adapters.persistence.backend import Backend
from moniqo.adapters.persistence.collection import Registry
from moniqo.adapters.persistence.slow_queries import SlowQueries
from moniqo.adapters.persistence.sql.address import SqliteAddress, address
from moniqo.adapters.persistence.sql.driver import Driver
from moniqo.adapters.persistence.sql.limits import Limits
from moniqo.domain.shared.errors import Unavailable


def open_sql(  # noqa: PLR0913  (limits that tests lower one by one)
    url: str,
    registry: Registry,
    *,
    pool_size: int = 10,
    patience: float = 2.0,
    statement_seconds: float = 5.0,
    slow: SlowQueries | None = None,
) -> Backend:
    """A backend on `postgresql://user:password@host:port/database` or `sqlite:///path`.

    Connects when it is first used. `pool_size` bounds its connections (in SQLite those that
    read; one more writes). One is waited for, or made, within `patience` seconds, and a
    statement may take `statement_seconds` (in SQLite a writer waits as long for another).
    What is `slow` is told in the log. Raises `Invalid` for a URL that is neither, `Unavailable`
    without the driver.
    """
    from moniqo.adapters.persistence.sql.backend import SqlBackend
    from moniqo.adapters.persistence.sql.watching import WatchedDriver

    driver = _driver(url, Limits(pool_size, patience, statement_seconds))
    return SqlBackend(WatchedDriver(driver, slow) if slow else driver, registry)


def _driver(url: str, limits: Limits) -> Driver[Any]:
    place = address(url)
    if isinstance(place, SqliteAddress):
        from moniqo.adapters.persistence.sql.sqlite import SqliteDriver

        return SqliteDriver(place, limits)
    try:
        from moniqo.adapters.persistence.sql.postgres import PostgresDriver
    except ModuleNotFoundError as error:
        raise Unavailable("PostgreSQL needs its driver: install moniqo[postgres].") from error
    return PostgresDriver(place, limits)
