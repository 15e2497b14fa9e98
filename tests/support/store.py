"""A backend opened for a test, with time and identities that the test controls."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from secrets import randbits
from typing import Any
from uuid import UUID, uuid4

from moniqo.adapters.persistence.backend import Backend
from moniqo.adapters.persistence.collection import Registry
from moniqo.adapters.persistence.memory import MemoryBackend
from moniqo.adapters.persistence.recording import RecordedUnitOfWork
from moniqo.adapters.persistence.slow_queries import SlowQueries
from moniqo.application.shared.query import Condition, Listing, eq
from support.specimen import CONTRACT, Rack, RackId, Specimen, SpecimenId
from support.traced import resting


@dataclass(frozen=True, slots=True)
class Place:
    """Where a backend keeps its data: a URL or a path, and for MongoDB a database name."""

    kind: str
    url: str = ""
    database: str = ""


SQL = ("sqlite", "postgres")
_migrated: set[str] = set()
"""Kinds of stores whose migration has been run by this process."""


def open_backend(place: Place, registry: Registry, slow: SlowQueries | None = None) -> Backend:
    """The backend of that kind; nothing is connected yet."""
    if place.kind == "mongo":
        from moniqo.adapters.persistence.mongo import open_mongo

        return open_mongo(place.url, place.database, registry, slow=slow)
    if place.kind in SQL:
        from moniqo.adapters.persistence.sql import open_sql

        return open_sql(place.url, registry, slow=slow)
    return MemoryBackend(registry)


@asynccontextmanager
async def prepared(place: Place, registry: Registry = CONTRACT) -> AsyncIterator[Backend]:
    """The backend with its schema, closed at the end."""
    backend = open_backend(place, registry)
    try:
        with resting() if place.kind in _migrated else nullcontext():
            await backend.migrate()
            if place.kind in SQL:
                # The migrations know nothing of entities that tests add to the registry.
                await backend.migrations.run(backend.schema.tables.create_all)  # type: ignore[attr-defined]
        _migrated.add(place.kind)
        yield backend
    finally:
        await backend.close()


class StepClock:
    """A millisecond passes at every look."""

    def __init__(self, start: datetime = datetime(2026, 1, 1, tzinfo=UTC)) -> None:
        self._next = start

    def now(self) -> datetime:
        """See `Clock`."""
        self._next += timedelta(milliseconds=1)
        return self._next


class CountingIds:
    """Ascending UUIDv7s; two with the same start give the same ones."""

    def __init__(self, start: int | None = None) -> None:
        self._numbers = count((randbits(48) if start is None else start) << 12)

    def new(self) -> UUID:
        """See `Ids`."""
        number = next(self._numbers)
        high, low = number >> 12, number & 0xFFF
        return UUID(int=high << 80 | 0x7 << 76 | low << 64 | 0x2 << 62 | low)


@dataclass(frozen=True, slots=True)
class Store:
    """What a contract test works with. All its specimens stand on one shelf of their own."""

    backend: Backend
    registry: Registry = CONTRACT
    shelf: str = field(default_factory=lambda: uuid4().hex)
    clock: StepClock = field(default_factory=StepClock)
    ids: CountingIds = field(default_factory=CountingIds)

    @property
    def uow(self) -> RecordedUnitOfWork:
        """The unit of work, as use cases get it."""
        return RecordedUnitOfWork(self.backend, self.registry, self.clock, self.ids)

    def specimen(self, **fields: Any) -> Specimen:
        """A new specimen of this shelf, not stored yet."""
        return Specimen(**{"id": SpecimenId(self.ids.new()), "shelf": self.shelf} | fields)

    def rack(self, **fields: Any) -> Rack:
        """A new rack, not stored yet."""
        return Rack(**{"id": RackId(self.ids.new())} | fields)

    async def added(self, **fields: Any) -> Specimen:
        """A stored specimen."""
        async with self.uow() as tx:
            return await tx[Specimen].add(self.specimen(**fields))

    async def stored(self, entity_id: UUID) -> Specimen:
        """The specimen as it stands, in a unit of work of its own; raises `NotFound`."""
        async with self.uow() as tx:
            return await tx[Specimen].get(entity_id)

    def listing(self, *where: Condition, **options: Any) -> Listing:
        """A question about this shelf only."""
        return Listing(where=(eq("shelf", self.shelf), *where), **options)

    async def found(self, *where: Condition, **options: Any) -> tuple[Specimen, ...]:
        """The specimens of this shelf that match, at most a hundred."""
        async with self.uow() as tx:
            page = await tx[Specimen].page(self.listing(*where, **{"limit": 100} | options))
            return page.items
