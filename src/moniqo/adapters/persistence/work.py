"""One open unit of work: what repositories share while it lasts."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import ParamSpec, TypeVar

from moniqo.adapters.persistence.auditing import audit_row
from moniqo.adapters.persistence.backend import Session
from moniqo.adapters.persistence.collection import Registry
from moniqo.adapters.persistence.preconditions import Preconditions
from moniqo.adapters.persistence.stamping import stamped
from moniqo.application.shared.cache import Part, part_of
from moniqo.application.shared.system import Clock, Ids
from moniqo.domain.audit.audit_log import AuditAction, AuditLog
from moniqo.domain.shared.entity import Entity
from moniqo.domain.shared.ids import AuditLogId

P = ParamSpec("P")
T = TypeVar("T")
MOST_NAMED = 100
"""Entities of one call whose owners are told one by one."""


class Doomed(RuntimeError):
    """A unit of work was used after an error in it: a fault in the use case."""


class Work:
    """A session, and whether anything in it has failed: then nothing of it is kept."""

    def __init__(
        self, session: Session, registry: Registry, clock: Clock, ids: Ids, *, audited: bool
    ) -> None:
        self.session = session
        self.registry = registry
        self.clock = clock
        self.ids = ids
        self.audited = audited
        self.doomed = False
        self.wrote = False
        self.preconditions = Preconditions()
        self.trail: list[AuditLog] = []
        """The audit rows that were written in it."""
        # Kinds of which something was changed, with what it was as long as it is not too much.
        self._touched: list[tuple[type[Entity], Sequence[Entity]]] = []

    async def guarded(
        self, call: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Make a call of the session; any error in it dooms the work."""
        if self.doomed:
            raise Doomed("this unit of work has failed already")
        try:
            return await call(*args, **kwargs)
        except BaseException:
            self.doomed = True
            raise

    def changed(
        self, call: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> Awaitable[T]:
        """Make a call of the session that changes the store, guarded."""
        self.wrote = True
        return self.guarded(call, *args, **kwargs)

    def touch(self, kind: type[Entity], entities: Sequence[Entity] = ()) -> None:
        """Remember whose entities are changed: anybody's, if none or too many are named."""
        named = 0 < len(entities) <= MOST_NAMED
        self._touched.append((kind, entities if named else ()))

    @property
    def parts(self) -> Iterator[Part]:
        """What was changed in it, for those who keep answers made of it."""
        for kind, entities in self._touched:
            yield from map(part_of, entities) if entities else (Part(kind),)

    @property
    def has_effect(self) -> bool:
        """Whether anything was changed but the trail, which tells of refusals, too."""
        return any(kind is not AuditLog for kind, _ in self._touched)

    async def record(self, action: AuditAction, old: Entity | None, new: Entity | None) -> None:
        """Write the audit row of a change."""
        row = audit_row(action, old, new, AuditLogId(self.ids.new()))
        entry = stamped(row, self.clock.now(), created=True)
        await self.session.insert(self.registry[AuditLog], [entry])
        self.trail.append(entry)
