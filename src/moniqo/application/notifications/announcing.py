"""Waking the relay when there is something to tell."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from types import TracebackType
from typing import TypeVar
from uuid import UUID

from moniqo.application.shared.persistence import Repository, Transaction, UnitOfWork
from moniqo.application.shared.tasks import Job, TaskQueue
from moniqo.domain.shared.entity import Entity
from moniqo.domain.shared.event import Event

E = TypeVar("E", bound=Entity)
RELAY_OUTBOX = "relay_outbox"
"""The job that runs `RelayOutbox`; it is about every event, so that its subject is nothing."""
RELAY_JOB = Job(RELAY_OUTBOX, UUID(int=0))


@dataclass(frozen=True, slots=True)
class AnnouncingUnitOfWork:
    """A unit of work whose events are told right after its commit.

    If the process ends in between, the relay finds them at its next start.
    """

    uow: UnitOfWork
    queue: TaskQueue

    def __call__(self) -> AbstractAsyncContextManager[Transaction]:
        """See `UnitOfWork`."""
        return _Block(self.uow(), self.queue)


class _Block:
    """The extent of a transaction, and the ringing after it."""

    __slots__ = ("_inner", "_queue", "_tx")

    def __init__(self, inner: AbstractAsyncContextManager[Transaction], queue: TaskQueue) -> None:
        self._inner = inner
        self._queue = queue

    async def __aenter__(self) -> Transaction:
        self._tx = _Noticing(await self._inner.__aenter__())
        return self._tx

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._inner.__aexit__(kind, error, trace)
        if error is None and self._tx.emitted:
            await self._queue.enqueue(RELAY_JOB)


class _Noticing:
    """See `Transaction`; knows whether anything was emitted."""

    __slots__ = ("_tx", "emitted")

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self.emitted = False

    def __getitem__(self, entity: type[E]) -> Repository[E]:
        return self._tx[entity]

    def emit(self, event: Event) -> None:
        """See `Transaction`."""
        self.emitted = True
        self._tx.emit(event)
