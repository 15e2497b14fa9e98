"""Reads and removals that need no behaviour of their own, with the access policy applied.

A policy becomes part of the query, so that somebody else's entity is not found rather
than found and refused.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar
from uuid import UUID

from moniqo.application.shared.cache import Part, owner_field
from moniqo.application.shared.conflicts import settled
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.query import Condition, Listing, Page, either, eq, is_null
from moniqo.domain.shared.entity import Entity
from moniqo.domain.shared.ids import UserId

E = TypeVar("E", bound=Entity)
Rows = Callable[[UserId], tuple[Condition, ...]]


def own(user_id: UserId) -> tuple[Condition, ...]:
    """What belongs to the user by its field `user_id`."""
    return (eq("user_id", user_id),)


@dataclass(frozen=True, slots=True)
class Access(Generic[E]):
    """Which entities of a kind a user may read, and which they may change: one for each kind."""

    entity: type[E]
    readable: Rows
    writable: Rows

    def part(self, user_id: UserId) -> Part:
        """What is read by it: the user's own, with or without nobody's, if it says so, or all."""
        owner = owner_field(self.entity)
        own_ones = eq(owner, user_id)
        narrow = {own_ones, either(own_ones, is_null(owner))}
        return Part(self.entity, None if narrow.isdisjoint(self.readable(user_id)) else user_id)


@dataclass(frozen=True, slots=True)
class Fetch(Generic[E]):
    """One entity that the user may read; raises `NotFound`."""

    uow: UnitOfWork
    access: Access[E]

    async def __call__(self, *, user_id: UserId, entity_id: UUID) -> E:
        """The entity."""
        async with self.uow() as tx:
            return await tx[self.access.entity].get(entity_id, *self.access.readable(user_id))


@dataclass(frozen=True, slots=True)
class Browse(Generic[E]):
    """A page of the entities that the user may read."""

    uow: UnitOfWork
    access: Access[E]

    async def __call__(self, *, user_id: UserId, listing: Listing) -> Page[E]:
        """The page; the policy is added to the listing's own conditions."""
        where = (*self.access.readable(user_id), *listing.where)
        async with self.uow() as tx:
            return await tx[self.access.entity].page(replace(listing, where=where))


@dataclass(frozen=True, slots=True)
class Archive(Generic[E]):
    """Soft-delete an entity that the user may change; raises `NotFound`."""

    uow: UnitOfWork
    access: Access[E]

    async def __call__(self, *, user_id: UserId, entity_id: UUID) -> E:
        """The entity as removed, though others change it meanwhile."""

        async def remove() -> E:
            async with self.uow() as tx:
                repository = tx[self.access.entity]
                found = await repository.get(entity_id, *self.access.writable(user_id))
                return await repository.remove(found)

        return await settled(remove)
