"""The one repository and unit of work: versions, soft delete, audit rows and outbox rows."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from moniqo.adapters.codec import JSON_LEAVES, Codec
from moniqo.adapters.persistence import cursors
from moniqo.adapters.persistence.auditing import audit_row, changed_fields
from moniqo.adapters.persistence.backend import Backend, Select, Session
from moniqo.adapters.persistence.collection import Collection, Registry
from moniqo.adapters.persistence.preconditions import Preconditions
from moniqo.adapters.persistence.violations import outdated, stale
from moniqo.application.shared.caller import current_call
from moniqo.application.shared.persistence import Transaction
from moniqo.application.shared.query import Condition, Listing, Op, Page, eq
from moniqo.application.shared.system import Clock, Ids
from moniqo.domain.audit.audit_log import AuditAction, AuditLog
from moniqo.domain.audit.outbox_event import OutboxEvent
from moniqo.domain.shared.entity import Entity
from moniqo.domain.shared.errors import Invalid, NotFound
from moniqo.domain.shared.event import Event
from moniqo.domain.shared.ids import AuditLogId, OutboxEventId
from moniqo.domain.shared.rules import stored_fault
from moniqo.domain.shared.scalar import Scalar

E = TypeVar("E", bound=Entity)
T = TypeVar("T")
_EVENTS = Codec(JSON_LEAVES, secrets=False)


class Doomed(RuntimeError):
    """A unit of work was used after an error in it: a fault in the use case."""


class RecordedTransaction:
    """See `Transaction`. Once a repository call raised, nothing more is accepted or kept."""

    def __init__(
        self, session: Session, registry: Registry, clock: Clock, ids: Ids, *, audited: bool
    ) -> None:
        self.session = session
        self.clock = clock
        self.ids = ids
        self.audited = audited
        self.doomed = False
        self.preconditions = Preconditions()
        self._registry = registry
        self._events: list[OutboxEvent] = []

    def __getitem__(self, entity: type[E]) -> "RecordedRepository[E]":
        return RecordedRepository(self, self._registry[entity])

    def emit(self, event: Event) -> None:
        """See `Transaction`."""
        now = self.clock.now()
        payload = _EVENTS.encode(type(event), event)
        name = type(event).__name__
        row_id = OutboxEventId(self.ids.new())
        row = OutboxEvent(id=row_id, name=name, payload=payload, occurred_at=now)
        self._events.append(stamped(row, now, created=True))

    async def guarded(self, call: Callable[[], Awaitable[T]]) -> T:
        """Run a repository call; any error in it dooms the transaction."""
        if self.doomed:
            raise Doomed("this unit of work has failed already")
        try:
            return await call()
        except BaseException:
            self.doomed = True
            raise

    async def finish(self) -> None:
        """Write the outbox rows and commit."""
        if self.doomed:
            raise Doomed("an error in this unit of work was swallowed")
        if self._events:
            await self.session.insert(self._registry[OutboxEvent], self._events)
        await self.session.commit()
        self.preconditions.committed()

    async def record(self, action: AuditAction, old: Entity | None, new: Entity | None) -> None:
        """Write the audit row of a change."""
        row = audit_row(action, old, new, AuditLogId(self.ids.new()))
        await self.session.insert(
            self._registry[AuditLog], [stamped(row, self.clock.now(), created=True)]
        )


class RecordedRepository(Generic[E]):
    """See `Repository`."""

    def __init__(self, tx: RecordedTransaction, collection: Collection[E]) -> None:
        self._tx = tx
        self._collection = collection

    async def get(self, entity_id: UUID, *where: Condition, include_deleted: bool = False) -> E:
        """See `Repository`."""
        found = await self.first(eq("id", entity_id), *where, include_deleted=include_deleted)
        if found is None:
            self._tx.doomed = True
            raise NotFound(f"{self._collection.entity.__name__} not found.")
        return found

    async def first(
        self, *where: Condition, sort: tuple[str, ...] = (), include_deleted: bool = False
    ) -> E | None:
        """See `Repository`."""
        select = Select(
            where=self._checked(where),
            sort=self._sorted(sort),
            limit=1,
            deleted=include_deleted,
        )
        rows = await self._tx.guarded(lambda: self._tx.session.find(self._collection, select))
        return rows[0] if rows else None

    async def page(self, listing: Listing) -> Page[E]:
        """See `Repository`."""
        sort = self._sorted(listing.sort)
        after = cursors.decode(self._collection, sort, listing.cursor)
        select = Select(
            where=self._checked(listing.where),
            sort=sort,
            limit=listing.limit + 1,
            offset=0 if after else listing.offset,
            after=after,
            deleted=listing.include_deleted,
        )
        rows, total = await self._tx.guarded(lambda: self._rows_and_total(select))
        items = tuple(rows[: listing.limit])
        more = len(rows) > len(items) and bool(items)
        cursor = cursors.encode(self._collection, sort, items[-1]) if more else None
        return Page(items, total, listing.limit, select.offset, cursor)

    async def count(self, *where: Condition) -> int:
        """See `Repository`."""
        select = Select(where=self._checked(where))
        return await self._tx.guarded(lambda: self._tx.session.count(self._collection, select))

    async def add(self, entity: E) -> E:
        """See `Repository`."""
        stored = stamped(entity, self._tx.clock.now(), created=True)
        await self._write(
            AuditAction.CREATE,
            None,
            stored,
            lambda: self._tx.session.insert(self._collection, [stored]),
        )
        return stored

    async def add_many(self, entities: Sequence[E]) -> None:
        """See `Repository`."""
        now = self._tx.clock.now()
        rows = [stamped(entity, now, created=True) for entity in entities]
        if rows:
            await self._tx.guarded(lambda: self._tx.session.insert(self._collection, rows))

    async def save(self, entity: E) -> E:
        """See `Repository`."""
        return await self._replace(AuditAction.UPDATE, entity, self._tx.clock.now())

    async def remove(self, entity: E) -> E:
        """See `Repository`."""
        now = self._tx.clock.now()
        return await self._replace(AuditAction.DELETE, entity.with_(deleted_at=now), now)

    async def purge(self, *where: Condition) -> int:
        """See `Repository`."""
        if not where or self._collection.append_only:
            raise ValueError("purge needs a condition, and rows that may go")
        conditions = self._checked(where)
        return await self._tx.guarded(lambda: self._tx.session.delete(self._collection, conditions))

    async def _replace(self, action: AuditAction, entity: E, now: datetime) -> E:
        if self._collection.append_only:
            raise ValueError(f"{self._collection.name} only ever grows")
        if self._tx.preconditions.fail(entity):
            self._tx.doomed = True
            raise outdated(self._collection)
        stored = stamped(entity, now, created=False)
        old = await self._before(entity) if self._audits else None
        await self._write(
            action,
            old,
            stored,
            lambda: self._tx.session.update(self._collection, stored, entity.version),
        )
        return stored

    async def _before(self, entity: E) -> E:
        select = Select(where=(eq("id", entity.id),), limit=1, deleted=True)
        rows = await self._tx.guarded(lambda: self._tx.session.find(self._collection, select))
        if not rows or rows[0].version != entity.version:
            self._tx.doomed = True
            raise stale(self._collection)
        return rows[0]

    @property
    def _audits(self) -> bool:
        return self._tx.audited and self._collection.audited

    async def _write(
        self,
        action: AuditAction,
        old: Entity | None,
        new: Entity,
        write: Callable[[], Awaitable[None]],
    ) -> None:
        await self._tx.guarded(write)
        if self._audits and not (action is AuditAction.UPDATE and self._is_quiet(old, new)):
            await self._tx.guarded(lambda: self._tx.record(action, old, new))

    def _is_quiet(self, old: Entity | None, new: Entity) -> bool:
        # A save that changes nothing is there to be noticed by whoever removes the row meanwhile.
        if old is None or old.deleted_at != new.deleted_at:
            return False
        return changed_fields(old, new) <= set(self._collection.quiet)

    async def _rows_and_total(self, select: Select) -> tuple[list[E], int | None]:
        if select.after is not None:
            return await self._tx.session.find(self._collection, select), None
        return await self._tx.session.find_and_count(self._collection, select)

    def _checked(self, where: tuple[Condition, ...]) -> tuple[Condition, ...]:
        for condition in where:
            if condition.op is Op.EITHER:
                self._checked(condition.value)  # type: ignore[arg-type]
                continue
            self._known(condition.field)
            values = condition.value if condition.op is Op.IN else (condition.value,)
            for value in values:  # type: ignore[attr-defined]
                fault = stored_fault(value.value if isinstance(value, Scalar) else value)
                if fault:
                    raise Invalid.field(condition.field, fault)
        return where

    def _sorted(self, names: tuple[str, ...]) -> cursors.Sort:
        sort = cursors.parse_sort(names)
        for field, _ in sort:
            self._known(field)
        return sort

    def _known(self, field: str) -> None:
        if field not in self._collection.fields:
            raise AttributeError(f"{self._collection.name} has no field {field}")


def stamped(entity: E, now: datetime, *, created: bool) -> E:
    """The entity with its book-keeping for this write."""
    actor = current_call.get().actor_id
    changes: dict[str, Any] = {
        "version": entity.version + 1,
        "updated_at": now,
        "updated_by": actor,
    }
    if created:
        changes |= {"created_at": now, "created_by": actor}
    return entity.stamped(**changes)


@dataclass(frozen=True, slots=True)
class RecordedUnitOfWork:
    """See `UnitOfWork`. Without `audited` no audit rows are written: for simulations."""

    backend: Backend
    registry: Registry
    clock: Clock
    ids: Ids
    audited: bool = True

    def __call__(self) -> "_Block":
        """One transaction: committed on clean exit, forgotten otherwise."""
        session = self.backend.session()
        return _Block(
            RecordedTransaction(session, self.registry, self.clock, self.ids, audited=self.audited)
        )


class _Block:
    """The extent of a transaction."""

    __slots__ = ("_tx",)

    def __init__(self, tx: RecordedTransaction) -> None:
        self._tx = tx

    async def __aenter__(self) -> Transaction:
        return self._tx

    async def __aexit__(self, kind: object, error: BaseException | None, _: object) -> None:
        if error is not None:
            await self._tx.session.rollback()
            return
        try:
            await self._tx.finish()
        except BaseException:
            await self._tx.session.rollback()
            raise
