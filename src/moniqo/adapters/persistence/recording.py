"""The unit of work: what is written in it, and the events that tell of it, are kept together."""

from dataclasses import dataclass
from typing import Self, TypeVar

from moniqo.adapters.codec import JSON_LEAVES, Codec
from moniqo.adapters.persistence.backend import Backend
from moniqo.adapters.persistence.collection import Registry
from moniqo.adapters.persistence.repository import RecordedRepository
from moniqo.adapters.persistence.stamping import stamped
from moniqo.adapters.persistence.telling import Bell, tell
from moniqo.adapters.persistence.violations import unmet
from moniqo.adapters.persistence.work import Doomed, Work
from moniqo.application.audit.seal_audit import SEAL_AUDIT
from moniqo.application.notifications.relay_outbox import RELAY_OUTBOX
from moniqo.application.shared.kept_answers import NOT_KEPT, KeptAnswers
from moniqo.application.shared.putting_off import putting_off
from moniqo.application.shared.system import Clock, Ids
from moniqo.domain.audit.outbox_event import OutboxEvent
from moniqo.domain.shared.entity import Entity
from moniqo.domain.shared.event import Event
from moniqo.domain.shared.ids import OutboxEventId

E = TypeVar("E", bound=Entity)
T = TypeVar("T")
_EVENTS = Codec(JSON_LEAVES, secrets=False)


class RecordedTransaction:
    """See `Transaction`. Once a repository call raised, nothing more is accepted or kept."""

    def __init__(self, work: Work, bell: Bell | None, kept: KeptAnswers) -> None:
        self._work = work
        self._bell = bell
        self._rings: dict[str, None] = {}
        self._kept = kept
        self._events: list[OutboxEvent] = []

    def __getitem__(self, entity: type[E]) -> "RecordedRepository[E]":
        return RecordedRepository(self._work, self._work.registry[entity])

    def emit(self, event: Event) -> None:
        """See `Transaction`."""
        self.ring(RELAY_OUTBOX)
        now = self._work.clock.now()
        payload = _EVENTS.encode(type(event), event)
        name = type(event).__name__
        row_id = OutboxEventId(self._work.ids.new())
        row = OutboxEvent(id=row_id, name=name, payload=payload, occurred_at=now)
        self._events.append(stamped(row, now, created=True))

    def ring(self, name: str) -> None:
        """See `Transaction`."""
        self._rings[name] = None

    async def __aenter__(self) -> Self:
        present = putting_off.get()
        if present is not None:
            await present.commit()
        return self

    async def __aexit__(self, kind: object, error: BaseException | None, _: object) -> None:
        if error is not None:
            await self.rollback()
            return
        try:
            await self._finish()
        except BaseException:
            await self.rollback()
            raise
        present = putting_off.get()
        if present is not None and self._changes:
            self._work.preconditions.committed()
            present.park(self)
        else:
            await self.commit()

    @property
    def _changes(self) -> bool:
        return self._work.wrote or bool(self._events)

    async def _finish(self) -> None:
        """Write the outbox rows: nothing is left to do but to commit."""
        if self._work.doomed:
            raise Doomed("an error in this unit of work was swallowed")
        if self._work.has_effect and self._work.preconditions.missed:
            raise unmet()
        if self._events:
            await self._work.session.insert(self._work.registry[OutboxEvent], self._events)

    async def commit(self) -> None:
        """Make it lasting; if that raises, nothing of it is kept."""
        try:
            async with self._kept.changing(self._work.parts):
                await self._work.session.commit()
                if self._changes:
                    self._work.preconditions.committed()
                tell(self._work.trail)
        except BaseException:
            # Of what is committed nothing is taken back.
            await self.rollback()
            raise
        if self._work.trail:
            self.ring(SEAL_AUDIT)
        if self._bell is not None:
            for name in self._rings:
                await self._bell.ring(name)

    async def rollback(self) -> None:
        """Keep nothing of it."""
        await self._work.session.rollback()


@dataclass(frozen=True, slots=True)
class RecordedUnitOfWork:
    """See `UnitOfWork`. Without `audited` no audit rows are written: for simulations.

    `bell` is rung after each commit for what there is to be done then. `kept` is told of each
    commit, so that answers made of what was changed are not given again.
    """

    backend: Backend
    registry: Registry
    clock: Clock
    ids: Ids
    audited: bool = True
    bell: Bell | None = None
    kept: KeptAnswers = NOT_KEPT

    def __call__(self) -> RecordedTransaction:
        """One transaction: committed on clean exit, forgotten otherwise."""
        session = self.backend.session()
        work = Work(session, self.registry, self.clock, self.ids, audited=self.audited)
        return RecordedTransaction(work, self.bell, self.kept)
