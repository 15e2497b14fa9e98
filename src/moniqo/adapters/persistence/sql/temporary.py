"""A PostgreSQL database for a little while."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit
from uuid import uuid4

from moniqo.adapters.persistence.sql.address import PostgresAddress, address
from moniqo.domain.shared.errors import Invalid, Unavailable

SECONDS = 5
"""How long the server is waited for."""


@asynccontextmanager
async def temporary_database(url: str) -> AsyncIterator[str]:
    """The URL of an empty database on the server of `url`, dropped at the end.

    Raises `Unavailable`: without the driver, without the server, or where the user of `url` may
    not create databases. Raises `Invalid` for a URL of another kind.
    """
    place = address(url)
    if not isinstance(place, PostgresAddress):
        raise Invalid.field("DATABASE_URL", "must be of a PostgreSQL server")
    dsn = place.dsn
    name = f"moniqo_{uuid4().hex}"
    await _execute(dsn, f'CREATE DATABASE "{name}"')
    try:
        yield urlsplit(dsn)._replace(path=f"/{name}").geturl()
    finally:
        await _execute(dsn, f'DROP DATABASE "{name}" WITH (FORCE)')


async def _execute(dsn: str, statement: str) -> None:
    try:
        import asyncpg
    except ModuleNotFoundError as error:
        raise Unavailable("PostgreSQL needs its driver: install moniqo[postgres].") from error
    try:
        connection = await asyncpg.connect(dsn, timeout=SECONDS)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        reason = str(error) or type(error).__name__
        raise Unavailable(f"PostgreSQL cannot make a temporary database: {reason}.") from error
