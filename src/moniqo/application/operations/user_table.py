"""Those who registered in a while, as a table."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from moniqo.application.identity.people import PeopleReader, Person
from moniqo.application.operations.csv_text import csv_text
from moniqo.application.shared.lookups import by_ids
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.query import Listing, Page, gte, lt
from moniqo.domain.identity.role import Role

AT_ONCE = 500
COLUMNS = (
    *("id", "email", "username", "first_name", "last_name"),
    *("role", "is_verified", "is_active", "created_at", "last_login_at"),
)
OnPage = Callable[[int, int], None]
"""Told how many rows are written, of about how many."""


@dataclass(frozen=True, slots=True)
class Span:
    """The instants in [`start`, `end`)."""

    start: datetime
    end: datetime


class UserTable:
    """Writes a page at a time: those who are there, by their ids, so in the order they came.

    `rows`, `size` in bytes and `sha256` are those of what was written so far.
    """

    def __init__(self, uow: UnitOfWork, people: PeopleReader, span: Span) -> None:
        self._uow, self._people, self.span = uow, people, span
        self._roles: dict[UUID, str] = {}
        self._digest = hashlib.sha256()
        self.rows = self.size = 0

    @property
    def sha256(self) -> str:
        """In hexadecimal digits."""
        return self._digest.hexdigest()

    async def pieces(self, on_page: OnPage) -> AsyncGenerator[bytes]:
        """The header row, then the pages as CSV."""
        yield self._counted(csv_text([COLUMNS]))
        page = await self._page(None)
        total = page.total or 0
        while True:
            yield self._counted(csv_text(await self._lines(page.items)))
            self.rows += len(page.items)
            on_page(self.rows, total)
            if page.next_cursor is None:
                return
            # A store in this process never waits, and others want their turn.
            await asyncio.sleep(0)
            page = await self._page(page.next_cursor)

    async def _page(self, cursor: str | None) -> Page[Person]:
        where = (gte("created_at", self.span.start), lt("created_at", self.span.end))
        return await self._people.page(Listing(where=where, limit=AT_ONCE, cursor=cursor))

    async def _lines(self, people: Iterable[Person]) -> list[tuple[object, ...]]:
        await self._learn({person.role_id for person in people})
        return [
            tuple(
                self._roles[person.role_id] if name == "role" else getattr(person, name)
                for name in COLUMNS
            )
            for person in people
        ]

    async def _learn(self, role_ids: Iterable[UUID]) -> None:
        unknown = [role_id for role_id in role_ids if role_id not in self._roles]
        if unknown:
            async with self._uow() as tx:
                found = await by_ids(tx, Role, unknown)
            self._roles |= {role.id: role.name for role in found.values()}

    def _counted(self, piece: bytes) -> bytes:
        self._digest.update(piece)
        self.size += len(piece)
        return piece
