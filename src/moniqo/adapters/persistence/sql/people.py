"""Users with their accounts, joined by the database."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Generic, TypeVar

from sqlalchemy import Column, ColumnElement, Select, func, literal_column, select

from moniqo.adapters.persistence import backend
from moniqo.adapters.persistence.people import PEOPLE, paged, selected
from moniqo.adapters.persistence.sql.clauses import Clauses
from moniqo.adapters.persistence.sql.columns import Words
from moniqo.adapters.persistence.sql.driver import Driver
from moniqo.adapters.persistence.sql.rows import Rows
from moniqo.adapters.persistence.sql.schema import Schema
from moniqo.adapters.persistence.sql.shapes import Outline, outline
from moniqo.adapters.persistence.sql.statements import REMEMBERED, Statement, compiled
from moniqo.application.identity.people import NAMES, OF_USER, Person
from moniqo.application.shared.query import Listing, Page
from moniqo.domain.identity.account import Account
from moniqo.domain.identity.user import User

C = TypeVar("C")
_SPACE: ColumnElement[str] = literal_column("' '")
_NOTHING: ColumnElement[str] = literal_column("''")


class SqlPeople(Generic[C]):
    """See `PeopleReader`."""

    def __init__(self, driver: Driver[C], schema: Schema) -> None:
        self._driver = driver
        self._schema = schema
        self._dialect = driver.dialect
        users = schema.tables.tables[schema.registry[User].name]
        accounts = schema.tables.tables[schema.registry[Account].name]
        self._from = users.join(accounts, accounts.columns["id"] == users.columns["account_id"])
        own = {name: (users if name in OF_USER else accounts) for name in PEOPLE.fields}
        self._shown = {name: table.columns[name] for name, table in own.items()}
        self._columns = {**self._shown, NAMES: _names(self._shown)}
        self._rows = Rows(PEOPLE, self._dialect.leaves)
        self._found = lru_cache(REMEMBERED)(self._find)

    async def page(self, listing: Listing) -> Page[Person]:
        """See `PeopleReader`."""
        wanted = selected(listing)
        rows = await self._fetched(wanted)
        # Beyond the end no row is there to carry the count, and with a cursor none is asked for.
        total = rows[0][-1] if rows and wanted.after is None else 0
        if not rows and wanted.offset:
            first = await self._fetched(
                backend.Select(wanted.where, limit=1, deleted=wanted.deleted)
            )
            total = first[0][-1] if first else 0
        return paged(listing, wanted, list(map(self._rows.decode, rows)), total)

    async def _fetched(self, wanted: backend.Select) -> Sequence[Sequence[Any]]:
        key, values = outline(self._dialect, PEOPLE.name, wanted, counted=wanted.after is None)
        statement = self._found(key)
        try:
            connection = await self._driver.readers.acquire()
            try:
                filled = statement.filled(values)
                return await self._driver.fetch(connection, statement.text, filled)
            finally:
                self._driver.readers.release(connection)
        except self._driver.errors as error:
            raise self._schema.refusal(None, self._driver.failure(error)) from error

    def _find(self, key: Outline) -> Statement:
        clauses = Clauses(self._dialect, self._columns)
        where = clauses.where(key.where, deleted=key.deleted)
        query: Select[Any] = select(*self._shown.values()).select_from(self._from).where(*where)
        if key.counted:
            total = select(func.count()).select_from(self._from).where(*where).correlate(None)
            query = query.add_columns(total.scalar_subquery())
        if key.nulls is not None:
            query = query.where(*clauses.after(key.sort, key.nulls))
        query = query.order_by(*clauses.order(key.sort))
        return compiled(self._dialect, query.limit(clauses.whole()).offset(clauses.whole()))


def _names(columns: dict[str, Column[Any]]) -> Any:
    """What can be searched. The collation makes `lower` leave all but A to Z alone."""
    parts = [columns[name] for name in ("first_name", "last_name", "email")]
    text = func.coalesce(columns["username"], _NOTHING)
    for part in reversed(parts):
        text = part.concat(_SPACE).concat(text)
    return func.lower(text, type_=Words())
