"""The backend: one table per collection, one writer at a time."""

import asyncio
from datetime import datetime

from moniqo.adapters.persistence.collection import Registry
from moniqo.adapters.persistence.memory.people import MemoryPeople
from moniqo.adapters.persistence.memory.session import MemorySession
from moniqo.adapters.persistence.memory.table import Table
from moniqo.adapters.persistence.memory.tasks import MemoryTasks
from moniqo.adapters.system import SystemClock
from moniqo.application.shared.system import Clock
from moniqo.domain.operations.task import Task


class MemoryBackend:
    """Everything in this process; gone with it.

    Without `references` a field may refer to what is not here: for simulations, which hold
    a flow and not the whole world around it.
    """

    def __init__(
        self, registry: Registry, *, references: bool = True, clock: Clock | None = None
    ) -> None:
        self.registry = registry
        self.references = references
        self.tables = {item.entity: Table(item) for item in registry}
        self.writing = asyncio.Lock()
        self._clock = clock or SystemClock()

    def session(self) -> MemorySession:
        """See `Backend`."""
        registry = self.registry if self.references else None
        return MemorySession(self.tables, registry, self.writing)

    def people(self) -> MemoryPeople:
        """Users with their accounts."""
        return MemoryPeople(self.tables)

    def tasks(self) -> MemoryTasks:
        """See `Backend`."""
        return MemoryTasks(self.session, self.registry[Task], self._clock)

    async def migrate(self) -> None:
        """Nothing to do."""

    async def check(self) -> None:
        """Always usable."""

    async def now(self) -> datetime:
        """See `Backend`: this process's own."""
        return self._clock.now()

    async def pending(self) -> tuple[str, ...]:
        """Never anything."""
        return ()

    async def close(self) -> None:
        """Nothing to free."""
