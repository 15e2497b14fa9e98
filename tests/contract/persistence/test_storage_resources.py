"""Nothing stays open, whatever happened in between."""

import asyncio
import os
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from moniqo.domain.shared.errors import AlreadyExists
from support.specimen import Specimen
from support.store import Place, Store, prepared

MANY = 60


async def test_units_of_work_that_failed_give_back_what_they_took(store: Store) -> None:
    await store.added(name="taken")

    async def collide() -> None:
        async with store.uow() as tx:
            await tx[Specimen].add(store.specimen())
            await tx[Specimen].add(store.specimen(name="taken"))

    for _ in range(MANY):
        with pytest.raises(AlreadyExists):
            await collide()

    async with asyncio.timeout(5):
        assert len(await store.found()) == 1
        await store.added()


async def test_units_of_work_that_were_cancelled_give_back_what_they_took(store: Store) -> None:
    async def work(pause: float) -> None:
        async with store.uow() as tx:
            await tx[Specimen].count()
            await tx[Specimen].add(store.specimen())
            await asyncio.sleep(pause)

    for attempt in range(MANY):
        task = asyncio.create_task(work(1))
        await asyncio.sleep(attempt % 8 / 1000)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    async with asyncio.timeout(5):
        assert await store.found() == ()
        await store.added()


async def test_more_readers_than_connections_all_get_their_answer(store: Store) -> None:
    added = await store.added()

    found = await asyncio.gather(*(store.stored(added.id) for _ in range(MANY)))

    assert found == [added] * MANY


async def test_writers_wait_their_turn(store: Store) -> None:
    await asyncio.gather(*(store.added(rank=rank) for rank in range(MANY)))

    assert sorted(item.rank for item in await store.found()) == list(range(MANY))


async def test_a_closed_backend_leaves_no_thread_task_or_file_open(place: Place) -> None:
    async def use() -> None:
        async with prepared(place) as backend:
            store = Store(backend)
            await asyncio.gather(*(store.added() for _ in range(4)))
            await asyncio.gather(*(store.found() for _ in range(4)))

    await use()  # what libraries load once and keep
    threads, tasks, files = threading.active_count(), len(asyncio.all_tasks()), _open_files()

    await use()

    await asyncio.sleep(0.05)
    assert threading.active_count() <= threads
    assert len(asyncio.all_tasks()) <= tasks
    assert _open_files() <= files


def _open_files() -> int:
    return len(os.listdir(Path("/proc/self/fd")))  # noqa: PTH208  (no Path per entry)


async def test_a_migrated_store_has_nothing_pending_and_can_be_used(store: Store) -> None:
    await store.backend.check()

    await store.backend.migrate()

    assert await store.backend.pending() == ()


async def test_a_store_tells_what_time_it_is(store: Store) -> None:
    before = datetime.now(UTC)

    theirs = await store.backend.now()

    # Its clock is this machine's; its steps may be of a thousandth of a second.
    assert timedelta(seconds=-0.01) <= theirs - before <= timedelta(seconds=5)
