"""The backend: one table per collection, one writer at a time."""

import asyncio

from moniqo.adapters.persistence.collection import Registry
from moniqo.adapters.persistence.memory.people import MemoryPeople
from moniqo.adapters.persistence.memory.session import MemorySession
from moniqo.adapters.persistence.memory.table import Table


class MemoryBackend:
    """Everything in this process; gone with it.

    Without `references` a field may refer to what is not here: for simulations, which hold
    a flow and not the whole world around it.
    """

    def __init__(self, registry: Registry, *, references: bool = True) -> None:
        self.registry = registry
        self.references = references
        self.tables = {item.entity: Table(item) for item in registry}
        self.writing = asyncio.Lock()

    def session(self) -> MemorySession:
        """See `Backend`."""
        registry = self.registry if self.references else None
        return MemorySession(self.tables, registry, self.writing)

    def people(self) -> MemoryPeople:
        """Users with their accounts."""
        return MemoryPeople(self.tables)

    async def migrate(self) -> None:
        """Nothing to do."""

    async def check(self) -> None:
        """Always usable."""

    async def pending(self) -> tuple[str, ...]:
        """Never anything."""
        return ()

    async def close(self) -> None:
        """Nothing to free."""
