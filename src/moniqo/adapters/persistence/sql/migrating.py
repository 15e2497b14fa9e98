"""The schema's history: applying it, and saying what of it is missing."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.script.revision import RevisionError
from alembic.util import CommandError
from sqlalchemy import Connection, MetaData, NullPool, event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine

from moniqo.adapters.persistence.sql.columns import POSTGRES, Portable
from moniqo.adapters.persistence.sql.driver import Driver
from moniqo.domain.shared.errors import Unavailable

C = TypeVar("C")
T = TypeVar("T")
SCRIPTS = Path(__file__).with_name("migrations")
_LOCK = 0x6D6F6E69716F  # one migration at a time, whoever asks for it
_URLS = {POSTGRES: "postgresql+asyncpg://", "sqlite": "sqlite+aiosqlite://"}


def alembic_config(connection: Connection, tables: MetaData) -> Config:
    """Alembic's configuration; `migrations/env.py` reads the connection and the tables."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes.update(connection=connection, tables=tables)
    return config


def rendered(kind: str, item: Any, _: object) -> str | Literal[False]:
    """How a new migration names what is our own; False leaves the rest to Alembic."""
    if kind == "type" and isinstance(item, Portable):
        return f"columns.{type(item).__name__}()"
    if kind == "check" and "exact" in item.info:
        return f"columns.exact({item.info['exact']!r}, {str(item.name)!r})"
    return False


class Migrations(Generic[C]):
    """The migrations of one database."""

    def __init__(self, driver: Driver[C], tables: MetaData) -> None:
        self._driver = driver
        self._tables = tables
        self._errors: tuple[type[Exception], ...] = (SQLAlchemyError, *driver.errors)
        self._is_complete = False

    async def apply(self) -> None:
        """Bring the schema to this version; makes an SQLite database that is not there."""
        await self.run(self._upgrade, create=True)

    async def pending(self) -> tuple[str, ...]:
        """Names of the migrations that were not applied yet, oldest first.

        Looked up until there are none: none is ever taken back, and those of a newer version,
        which may be rolled out beside this one, do not make this one unfit.
        """
        if self._is_complete:
            return ()
        missing = await self.run(self._missing)
        self._is_complete = not missing
        return missing

    async def run(self, action: Callable[[Connection], T], *, create: bool = False) -> T:
        """`action` on a connection, in a transaction that changes the schema or leaves it alone."""
        engine = create_async_engine(
            _URLS[self._driver.dialect.compiler.name],
            async_creator=partial(self._driver.connect, create=create, migrating=True),
            poolclass=NullPool,
        )
        if self._driver.dialect.compiler.name != POSTGRES:
            event.listen(engine.sync_engine, "begin", _begin_immediately)
        try:
            async with engine.begin() as connection:
                return await connection.run_sync(action)
        except (CommandError, RevisionError) as error:
            raise Unavailable(
                "The database is at a migration that this version does not know: "
                "it was used by a newer one. Run that version."
            ) from error
        except self._errors as error:
            await self._driver.probe()
            raise Unavailable(
                f"The database's schema cannot be read or changed: {error}"
            ) from error
        finally:
            await engine.dispose()

    def _upgrade(self, connection: Connection) -> None:
        if connection.dialect.name == POSTGRES:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        command.upgrade(alembic_config(connection, self._tables), "head")

    def _missing(self, connection: Connection) -> tuple[str, ...]:
        script = ScriptDirectory.from_config(alembic_config(connection, self._tables))
        heads = MigrationContext.configure(connection).get_current_heads()
        applied = (
            {item.revision for item in script.iterate_revisions(heads, "base")} if heads else set()
        )
        every = reversed(list(script.walk_revisions()))
        return tuple(Path(item.path).stem for item in every if item.revision not in applied)


def _begin_immediately(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
