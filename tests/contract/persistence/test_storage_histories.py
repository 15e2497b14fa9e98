"""Random histories end the same on each backend as in memory, step by step."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from secrets import randbits
from typing import Any, ClassVar
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from moniqo.adapters.persistence.backend import Backend
from moniqo.adapters.persistence.memory import MemoryBackend
from moniqo.application.shared.persistence import Transaction
from moniqo.application.shared.query import (
    Condition,
    any_of,
    contains,
    either,
    eq,
    gte,
    is_null,
    lt,
    prefix,
)
from moniqo.domain.audit.audit_log import AuditLog
from moniqo.domain.shared.errors import AlreadyExists, AppError, Invalid
from support.specimen import CONTRACT, Rack, RackId, Specimen, SpecimenId, State
from support.store import CountingIds, Place, StepClock, Store, prepared
from support.strategies import decimals, instants, json_objects

pytestmark = pytest.mark.untraced
Operation = Callable[[Transaction], Awaitable[object]]
Run = Callable[[object, Coroutine[Any, Any, Any]], Any]


class Aborted(Exception):
    pass


NAMES = st.sampled_from((None, "", "a", "b", "%", "_", "A", "ä"))
NUMBERS = st.integers(-2, 2)
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "name": NAMES,
    "badge": st.sampled_from((None, "gold", "silver")),
    "state": st.sampled_from(State),
    "price": st.none() | decimals(-2, 2),
    "rank": NUMBERS,
    "score": st.none() | st.integers(0, 2),
    "seen_at": st.none() | instants,
    "is_bright": st.booleans(),
    "notes": json_objects,
}
CHANGES = st.fixed_dictionaries({}, optional=FIELDS)
SORTS = st.lists(
    st.sampled_from(
        (
            "name",
            "-name",
            "price",
            "-price",
            "rank",
            "-rank",
            "seen_at",
            "-score",
            "-created_at",
            "id",
        )
    ),
    max_size=3,
    unique_by=lambda name: name.removeprefix("-"),
).map(tuple)
CONDITIONS: st.SearchStrategy[Condition] = st.recursive(
    st.one_of(
        st.builds(eq, st.just("rank"), NUMBERS),
        st.builds(eq, st.just("state"), st.sampled_from(State)),
        st.builds(any_of, st.just("name"), st.lists(NAMES, max_size=3).map(tuple)),
        st.builds(gte, st.just("price"), decimals(-2, 2)),
        st.builds(lt, st.just("price"), decimals(-2, 2)),
        st.builds(gte, st.just("seen_at"), instants),
        st.builds(is_null, st.sampled_from(("name", "price", "badge")), expected=st.booleans()),
        st.builds(prefix, st.just("name"), st.sampled_from(("", "a", "%"))),
        st.builds(contains, st.just("badge"), st.sampled_from(("", "o", "silver"))),
    ),
    lambda inner: st.lists(inner, max_size=3).map(lambda found: either(*found)),
    max_leaves=4,
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a unit of work answered until it ended, and how it was refused."""

    answers: tuple[object, ...]
    refusal: str | None


async def perform(store: Store, operations: list[Operation], *, abort: bool) -> Outcome:
    """Run the operations in one unit of work."""
    answers: list[object] = []
    try:
        async with store.uow() as tx:
            for operation in operations:
                answers.append(await operation(tx))  # noqa: PERF401  (kept if the next one fails)
            if abort:
                raise Aborted
    except (AlreadyExists, Invalid):
        # Which of two broken rules is told is each backend's own affair.
        return Outcome(tuple(answers), "broken rule")
    except (AppError, Aborted) as error:
        return Outcome(tuple(answers), type(error).__name__)
    return Outcome(tuple(answers), None)


class Histories(RuleBasedStateMachine):
    """The histories of one backend beside those of one in memory."""

    backend: ClassVar[Backend]
    run: ClassVar[Run]

    def __init__(self) -> None:
        super().__init__()
        shelf, start = uuid4().hex, randbits(48)
        twin = MemoryBackend(CONTRACT)
        self.stores = [
            Store(either_one, CONTRACT, shelf, StepClock(), CountingIds(start))
            for either_one in (twin, self.backend)
        ]
        self.ids = CountingIds()
        self.known: list[UUID] = []
        self.versions: list[Specimen] = []
        self.racks: list[UUID] = []

    def both(self, operations: list[Operation], *, abort: bool = False) -> Outcome:
        """The same on both, which must end the same."""
        expected, actual = [
            self.run(perform(store, operations, abort=abort)) for store in self.stores
        ]
        assert actual == expected
        return expected

    @rule()
    def add_a_rack(self) -> None:
        rack = Rack(id=RackId(self.ids.new()))
        self.racks.append(rack.id)
        self.both([lambda tx: tx[Rack].add(rack)])

    @rule(data=st.data(), abort=st.sampled_from((False, False, False, True)))
    def do_some_work(self, data: st.DataObject, abort: bool) -> None:  # noqa: FBT001  (drawn)
        operations = [self._operation(data) for _ in range(data.draw(st.integers(1, 4)))]
        outcome = self.both(operations, abort=abort)
        self.versions += [item for item in outcome.answers if isinstance(item, Specimen)]

    @rule(
        where=st.lists(CONDITIONS, max_size=2),
        sort=SORTS,
        limit=st.integers(1, 5),
        offset=st.integers(0, 4),
        deleted=st.booleans(),
    )
    def look(
        self,
        where: list[Condition],
        sort: tuple[str, ...],
        limit: int,
        offset: int,
        deleted: bool,  # noqa: FBT001  (drawn)
    ) -> None:
        listing = self.stores[0].listing(
            *where, sort=sort, limit=limit, offset=offset, include_deleted=deleted
        )
        self.both(
            [
                lambda tx: tx[Specimen].page(listing),
                lambda tx: tx[Specimen].count(*listing.where),
                lambda tx: tx[Specimen].first(*listing.where, sort=sort),
            ]
        )

    @rule(sort=SORTS, limit=st.integers(1, 3))
    def walk(self, sort: tuple[str, ...], limit: int) -> None:
        async def pages(tx: Transaction) -> object:
            found, cursor = [], None
            while True:
                listing = self.stores[0].listing(sort=sort, limit=limit, cursor=cursor)
                found.append(await tx[Specimen].page(listing))
                cursor = found[-1].next_cursor
                if cursor is None:
                    return found

        self.both([pages])

    @invariant()
    def everything_is_the_same(self) -> None:
        listing = self.stores[0].listing(limit=1000, include_deleted=True)

        async def trail(tx: Transaction) -> list[object]:
            rows = [
                await tx[AuditLog].first(eq("entity_id", known), sort=("-created_at",))
                for known in self.known[-3:]
            ]
            return [row and (row.action, row.old_values, row.new_values) for row in rows]

        self.both([lambda tx: tx[Specimen].page(listing), trail])

    def _operation(self, data: st.DataObject) -> Operation:
        kinds = ["add", "add_many", "purge"]
        if self.versions:
            kinds += ["save", "save", "save", "remove"]
        return getattr(self, f"_{data.draw(st.sampled_from(kinds))}")(data)  # type: ignore[no-any-return]

    def _specimen(self, data: st.DataObject) -> Specimen:
        known = SpecimenId(self.ids.new())
        references = {
            "rack_id": data.draw(st.sampled_from([None, None, *self.racks, uuid4()])),
            "parent_id": data.draw(st.sampled_from([None, *self.known])),
        }
        self.known.append(known)
        drawn = data.draw(CHANGES)
        return self.stores[0].specimen(**{"id": known} | drawn | references)

    def _add(self, data: st.DataObject) -> Operation:
        entity = self._specimen(data)
        return lambda tx: tx[Specimen].add(entity)

    def _add_many(self, data: st.DataObject) -> Operation:
        entities = [self._specimen(data) for _ in range(data.draw(st.integers(0, 3)))]
        return lambda tx: tx[Specimen].add_many(entities)

    def _save(self, data: st.DataObject) -> Operation:
        before, changes = data.draw(st.sampled_from(self.versions)), data.draw(CHANGES)
        return lambda tx: tx[Specimen].save(before.with_(**changes))

    def _remove(self, data: st.DataObject) -> Operation:
        before = data.draw(st.sampled_from(self.versions))
        return lambda tx: tx[Specimen].remove(before)

    def _purge(self, data: st.DataObject) -> Operation:
        rank = data.draw(NUMBERS)
        where = (eq("shelf", self.stores[0].shelf), eq("rank", rank), is_null("parent_id"))
        return lambda tx: tx[Specimen].purge(*where)


def test_random_histories_end_as_in_memory(place: Place) -> None:
    loop = asyncio.new_event_loop()
    opened = prepared(place)
    backend = loop.run_until_complete(opened.__aenter__())

    def run(_: Histories, work: Coroutine[Any, Any, Any]) -> Any:
        return loop.run_until_complete(work)

    try:
        run_state_machine_as_test(
            type("Here", (Histories,), {"backend": backend, "run": run}),
            settings=settings(
                max_examples=30,
                stateful_step_count=20,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
    finally:
        loop.run_until_complete(opened.__aexit__(None, None, None))
        loop.close()
