"""The persistence port: a unit of work that hands out one repository per entity."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol, TypeVar
from uuid import UUID

from moniqo.application.shared.query import Condition, Listing, Page
from moniqo.domain.shared.entity import Entity
from moniqo.domain.shared.event import Event

E = TypeVar("E", bound=Entity)


class Repository(Protocol[E]):
    """All entities of one kind. Removed ones are invisible unless asked for.

    Any error dooms the unit of work that the repository came from: nothing of it is kept.
    A store that cannot be reached raises `Unavailable`.
    """

    async def get(self, entity_id: UUID, *where: Condition, include_deleted: bool = False) -> E:
        """The entity, if it meets `where` as well; raises `NotFound`."""

    async def first(
        self, *where: Condition, sort: tuple[str, ...] = (), include_deleted: bool = False
    ) -> E | None:
        """The first match in the order of `sort`, then of the id."""

    async def page(self, listing: Listing) -> Page[E]:
        """One page; raises `Invalid` for a cursor that is not of this listing."""

    async def count(self, *where: Condition) -> int:
        """How many live entities match."""

    async def add(self, entity: E) -> E:
        """Store a new entity and answer it as stored (version 1).

        Raises `AlreadyExists` naming the unique fields, `Invalid` for a reference to nothing.
        """

    async def add_many(self, entities: Sequence[E]) -> None:
        """Store many new entities without audit rows: for imports."""

    async def save(self, entity: E) -> E:
        """Store a change and answer it as stored (version + 1).

        Raises `StaleVersion` if the stored version is not the entity's, `AlreadyExists`, `Invalid`.
        """

    async def fill(self, entities: Sequence[E]) -> None:
        """Keep the write-once fields of stored entities; all their other fields stay as stored.

        Without audit rows. Raises `StaleVersion` if one was filled before, `AlreadyExists`.
        """

    async def remove(self, entity: E) -> E:
        """Soft delete; raises `StaleVersion` as `save` does."""

    async def purge(self, *where: Condition) -> int:
        """Delete for good what a policy says has ended; answers how many. Needs a condition."""


class Transaction(Protocol):
    """An open unit of work."""

    def __getitem__(self, entity: type[E]) -> Repository[E]:
        """The repository of an entity."""

    def emit(self, event: Event) -> None:
        """Write the event to the outbox with this transaction."""

    def ring(self, name: str) -> None:
        """Have what goes by this name looked after soon after the commit, by whatever process.

        It may get lost, or come twice: what there is to do stands in the store.
        """


UnitOfWork = Callable[[], AbstractAsyncContextManager[Transaction]]
"""`async with self.uow() as tx:` commits on clean exit and keeps nothing otherwise.

Reads before the first write see what is committed; from the first write on, one
transaction. Concurrent changes are kept apart by versions and uniqueness, so a use case
never relies on a read staying true: `save` says whether it did.
"""
