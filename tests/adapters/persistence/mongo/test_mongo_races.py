"""Transactions that meet."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from moniqo.adapters.persistence.mongo.cancellation import heeded
from moniqo.domain.shared.errors import AlreadyExists, StaleVersion
from support.specimen import CONTRACT, Specimen, State
from support.store import Store

SPECIMENS = CONTRACT[Specimen]


async def test_the_loser_of_a_race_for_a_value_learns_that_it_is_taken(store: Store) -> None:
    outcomes = await asyncio.gather(
        *(store.added(name="same") for _ in range(12)), return_exceptions=True
    )

    assert sum(isinstance(outcome, Specimen) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, AlreadyExists) for outcome in outcomes) == 11


async def _against_an_open_rival(
    end: Callable[[], Awaitable[None]], work: Awaitable[object]
) -> BaseException | None:
    async def later() -> None:
        await asyncio.sleep(0.03)
        await end()

    outcome, _ = await asyncio.gather(work, later(), return_exceptions=True)
    return outcome if isinstance(outcome, BaseException) else None


async def test_a_rival_that_has_not_committed_yet_is_waited_for(store: Store) -> None:
    rival = store.backend.session()
    await rival.insert(SPECIMENS, [store.specimen(name="same", version=1)])

    refusal = await _against_an_open_rival(rival.commit, store.added(name="same"))

    assert isinstance(refusal, AlreadyExists)
    assert {fault.field for fault in refusal.faults} == {"shelf", "name"}


async def test_a_rival_that_gives_up_leaves_a_conflict_to_try_again_after(store: Store) -> None:
    rival = store.backend.session()
    await rival.insert(SPECIMENS, [store.specimen(name="same", version=1)])

    refusal = await _against_an_open_rival(rival.rollback, store.added(name="same"))

    assert isinstance(refusal, StaleVersion)
    assert await store.added(name="same")


async def test_a_change_that_meets_a_new_holder_of_its_value_learns_that_it_is_taken(
    store: Store,
) -> None:
    mine = await store.added(badge="mine", state=State.ACTIVE)
    session = store.backend.session()
    await session.insert(SPECIMENS, [store.specimen(version=1)])  # fixes what it sees
    await store.added(badge="gold", state=State.ACTIVE)

    with pytest.raises(AlreadyExists):
        await session.update(SPECIMENS, mine.with_(version=2, badge="gold"), 1)

    await session.rollback()


async def test_a_row_changed_meanwhile_is_stale_and_no_duplicate(store: Store) -> None:
    mine = await store.added(name="mine")
    session = store.backend.session()
    await session.insert(SPECIMENS, [store.specimen(version=1)])
    async with store.uow() as tx:
        await tx[Specimen].save(mine.with_(rank=1))

    with pytest.raises(StaleVersion):
        await session.update(SPECIMENS, mine.with_(version=2, name=None), 1)

    await session.rollback()


async def test_a_cancellation_that_was_swallowed_is_raised_again() -> None:
    async def forgetful() -> None:
        with heeded():
            try:
                await asyncio.sleep(1)
            except asyncio.CancelledError:
                return

    task = asyncio.create_task(forgetful())
    await asyncio.sleep(0)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
