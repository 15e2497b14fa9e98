"""What a storage backend must do. Everything else is shared and lives in `recording`."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Protocol, TypeVar

from moniqo.adapters.persistence.collection import Collection
from moniqo.adapters.persistence.task_store import TaskStore
from moniqo.application.identity.people import PeopleReader
from moniqo.application.shared.query import Condition
from moniqo.domain.shared.entity import Entity

E = TypeVar("E", bound=Entity)


class Select(NamedTuple):
    """A read: live rows only unless `deleted`, ordered by `sort` and then the id.

    `sort` holds (field, descending) pairs and always ends with the id; null is lowest.
    `after` holds the values of the sort fields of the last row seen: rows beyond it follow.
    Fields `without` which the rows can do have their defaults (see `blanks`).
    """

    where: tuple[Condition, ...] = ()
    sort: tuple[tuple[str, bool], ...] = (("id", False),)
    limit: int | None = None
    offset: int = 0
    after: tuple[object, ...] | None = None
    deleted: bool = False
    without: tuple[str, ...] = ()


class Session(Protocol):
    """One unit of work on a backend.

    Reads before the first write run outside any transaction; the first write begins one.
    Raises `AlreadyExists`, `Invalid` (dangling reference), `StaleVersion`, `Unavailable` and no
    exception of a driver. Whatever was raised, `rollback` follows and must not raise.
    """

    async def find(self, collection: Collection[E], select: Select) -> list[E]:
        """The matching entities in order."""

    async def find_and_count(
        self, collection: Collection[E], select: Select
    ) -> tuple[list[E], int]:
        """The same, and how many match without limit, offset and `after`."""

    async def count(self, collection: Collection[E], select: Select) -> int:
        """How many match, without limit, offset and `after`."""

    async def insert(self, collection: Collection[E], entities: Sequence[E]) -> None:
        """Store new entities exactly as they are."""

    async def update(self, collection: Collection[E], entity: E, expected_version: int) -> None:
        """Replace the row of `entity.id` if its stored version is the expected one."""

    async def fill(self, collection: Collection[E], entities: Sequence[E]) -> None:
        """Write the write-once fields of stored rows, with what stamps an update.

        Raises `StaleVersion` unless each row is stored, its version one less than the entity's
        and all its write-once fields null.
        """

    async def delete(self, collection: Collection[E], where: tuple[Condition, ...]) -> int:
        """Delete matching rows for good, removed ones too."""

    async def commit(self) -> None:
        """Make the writes lasting; frees every resource."""

    async def rollback(self) -> None:
        """Forget the writes; frees every resource."""


class Backend(Protocol):
    """A storage technology, opened once per process."""

    def session(self) -> Session:
        """A new unit of work; takes no connection until it is used."""

    def people(self) -> PeopleReader:
        """Users joined with their accounts."""

    def tasks(self) -> TaskStore:
        """Tasks as workers see them."""

    async def migrate(self) -> None:
        """Bring schema and indexes to the state this version needs; idempotent."""

    async def check(self) -> None:
        """Raise `Unavailable`, saying why and what to do, unless the store can be used."""

    async def now(self) -> datetime:
        """What time it is by the store's own clock; raises `Unavailable`."""

    async def pending(self) -> tuple[str, ...]:
        """Names of migrations or indexes that `migrate` would apply."""

    async def close(self) -> None:
        """Free everything."""
