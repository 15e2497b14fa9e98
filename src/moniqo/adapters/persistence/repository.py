"""The one repository: versions, soft delete and audit rows on any backend."""

from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from typing import Generic, TypeVar
from uuid import UUID

from moniqo.adapters.persistence import cursors
from moniqo.adapters.persistence.auditing import changed_fields
from moniqo.adapters.persistence.backend import Select
from moniqo.adapters.persistence.collection import Collection
from moniqo.adapters.persistence.stamping import stamped
from moniqo.adapters.persistence.violations import absent, outdated, stale
from moniqo.adapters.persistence.work import Work
from moniqo.application.shared.caller import current_call
from moniqo.application.shared.query import Condition, Listing, Op, Page, eq
from moniqo.domain.audit.audit_log import AuditAction, AuditLog
from moniqo.domain.shared.entity import Entity
from moniqo.domain.shared.errors import Invalid
from moniqo.domain.shared.rules import stored_fault
from moniqo.domain.shared.scalar import Scalar

E = TypeVar("E", bound=Entity)
_SURELY_STORABLE = frozenset({UUID, bool, datetime, type(None)})


class RecordedRepository(Generic[E]):
    """See `Repository`."""

    def __init__(self, work: Work, collection: Collection[E]) -> None:
        self._work = work
        self._collection = collection

    async def get(self, entity_id: UUID, *where: Condition, include_deleted: bool = False) -> E:
        """See `Repository`."""
        conditions: tuple[Condition, ...] = (Condition("id", Op.EQ, entity_id),)
        if where:
            conditions += self._checked(where)
        select = Select(where=conditions, limit=1, deleted=include_deleted)
        rows = await self._work.guarded(self._work.session.find, self._collection, select)
        if not rows:
            self._work.doomed = True
            raise absent(self._collection)
        if current_call.get().expected:
            self._expected(rows[0])
        return rows[0]

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
        rows = await self._work.guarded(self._work.session.find, self._collection, select)
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
            without=listing.without,
        )
        rows, total = await self._work.guarded(self._rows_and_total, select)
        items = tuple(rows[: listing.limit])
        more = len(rows) > len(items) and bool(items)
        cursor = cursors.encode(self._collection, sort, items[-1]) if more else None
        return Page(items, total, listing.limit, select.offset, cursor)

    async def count(self, *where: Condition) -> int:
        """See `Repository`."""
        select = Select(where=self._checked(where))
        return await self._work.guarded(self._work.session.count, self._collection, select)

    async def add(self, entity: E) -> E:
        """See `Repository`."""
        stored = stamped(entity, self._work.clock.now(), created=True)
        self._work.touch(type(stored), (stored,))
        await self._work.changed(self._work.session.insert, self._collection, [stored])
        if isinstance(stored, AuditLog):
            self._work.trail.append(stored)
        if self._audits:
            await self._work.guarded(self._work.record, AuditAction.CREATE, None, stored)
        return stored

    async def add_many(self, entities: Sequence[E]) -> None:
        """See `Repository`."""
        now = self._work.clock.now()
        rows = [stamped(entity, now, created=True) for entity in entities]
        if rows:
            self._work.touch(self._collection.entity, rows)
            await self._work.changed(self._work.session.insert, self._collection, rows)

    async def save(self, entity: E) -> E:
        """See `Repository`."""
        return await self._replace(AuditAction.UPDATE, entity, self._work.clock.now())

    async def fill(self, entities: Sequence[E]) -> None:
        """See `Repository`."""
        once = self._collection.write_once
        if not once or any(getattr(entity, name) is None for entity in entities for name in once):
            raise ValueError("only write-once fields are filled, and all of them together")
        now = self._work.clock.now()
        rows = [stamped(entity, now, created=False) for entity in entities]
        if rows:
            self._work.touch(self._collection.entity, rows)
            await self._work.changed(self._work.session.fill, self._collection, rows)

    async def remove(self, entity: E) -> E:
        """See `Repository`."""
        now = self._work.clock.now()
        return await self._replace(AuditAction.DELETE, entity.with_(deleted_at=now), now)

    async def purge(self, *where: Condition) -> int:
        """See `Repository`."""
        if not where or self._collection.append_only:
            raise ValueError("purge needs a condition, and rows that may go")
        conditions = self._checked(where)
        self._work.touch(self._collection.entity)
        return await self._work.changed(self._work.session.delete, self._collection, conditions)

    async def _replace(self, action: AuditAction, entity: E, now: datetime) -> E:
        if self._collection.append_only:
            raise ValueError(f"{self._collection.name} only ever grows")
        self._expected(entity)
        stored = stamped(entity, now, created=False)
        old = await self._before(entity) if self._audits else None
        self._work.touch(type(stored), (stored,))
        update = self._work.session.update
        await self._work.changed(update, self._collection, stored, entity.version)
        told = None if old is None else self._told(action, old, stored)
        if told is not None:
            await self._work.guarded(self._work.record, told, old, stored)
        return stored

    def _expected(self, entity: E) -> None:
        if self._work.preconditions.fail(entity):
            self._work.doomed = True
            raise outdated(self._collection)

    async def _before(self, entity: E) -> E:
        select = Select(where=(eq("id", entity.id),), limit=1, deleted=True)
        rows = await self._work.guarded(self._work.session.find, self._collection, select)
        if not rows or rows[0].version != entity.version:
            self._work.doomed = True
            raise stale(self._collection)
        return rows[0]

    @property
    def _audits(self) -> bool:
        return self._work.audited and self._collection.audited

    def _told(self, action: AuditAction, old: Entity, new: Entity) -> AuditAction | None:
        """What a change is told as, if it is told at all."""
        # A save that changes nothing is there to be noticed by whoever removes the row meanwhile.
        if action is not AuditAction.UPDATE or old.deleted_at != new.deleted_at:
            return action
        changed = changed_fields(old, new)
        if changed <= set(self._collection.quiet):
            return None
        is_grant = not changed.isdisjoint(self._collection.grants)
        return AuditAction.PERMISSION_CHANGE if is_grant else action

    async def _rows_and_total(self, select: Select) -> tuple[list[E], int | None]:
        if select.after is not None:
            return await self._work.session.find(self._collection, select), None
        return await self._work.session.find_and_count(self._collection, select)

    def _checked(self, where: tuple[Condition, ...]) -> tuple[Condition, ...]:
        for condition in where:
            if condition.op is Op.EITHER:
                self._checked(condition.value)  # type: ignore[arg-type]
                continue
            self._known(condition.field)
            values = condition.value if condition.op is Op.IN else (condition.value,)
            for value in values:  # type: ignore[attr-defined]
                if value.__class__ in _SURELY_STORABLE or isinstance(value, Enum):
                    continue
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
