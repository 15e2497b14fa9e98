"""What only SQLite can do to us."""

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from moniqo.adapters.persistence.sql import open_sql
from moniqo.domain.shared.errors import NotFound, Unavailable
from support.specimen import CONTRACT, Specimen
from support.store import Place, Store, prepared


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place("sqlite", f"sqlite:///{tmp_path / 'folder' / 'moniqo.db'}")


@pytest_asyncio.fixture
async def store(place: Place) -> AsyncIterator[Store]:
    async with prepared(place) as backend:
        yield Store(backend)


async def test_a_writer_of_another_process_is_waited_for(place: Place, store: Store) -> None:
    other = Store(open_sql(place.url, CONTRACT))

    async def write_slowly() -> None:
        async with store.uow() as tx:
            await tx[Specimen].add(store.specimen())
            await asyncio.sleep(0.3)

    await asyncio.gather(write_slowly(), other.added())

    assert len(await store.found()) == len(await other.found()) == 1
    await other.backend.close()


async def test_a_writer_that_does_not_end_makes_others_unavailable(
    place: Place, store: Store
) -> None:
    hasty = Store(open_sql(place.url, CONTRACT, statement_seconds=0.2))

    async with store.uow() as tx:
        await tx[Specimen].add(store.specimen())
        with pytest.raises(Unavailable):
            await hasty.added()

    assert await hasty.added()
    await hasty.backend.close()


async def test_readers_are_not_in_the_way_of_a_writer_nor_it_in_theirs(store: Store) -> None:
    added = await store.added(rank=0)

    async with store.uow() as tx:
        await tx[Specimen].save(added.with_(rank=1))
        async with asyncio.timeout(1):
            assert (await store.stored(added.id)).rank == 0

    assert (await store.stored(added.id)).rank == 1


async def test_a_read_of_a_database_that_is_not_there_does_not_make_it(tmp_path: Path) -> None:
    path = tmp_path / "absent.db"
    store = Store(open_sql(f"sqlite:///{path}", CONTRACT))

    with pytest.raises(Unavailable):
        await store.stored(store.ids.new())
    with pytest.raises(Unavailable, match="moniqo migrate"):
        await store.backend.check()

    assert not path.exists()
    await store.backend.close()


async def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    path = tmp_path / "letter.db"
    path.write_text("Dear reader, " * 100)
    backend = open_sql(f"sqlite:///{path}", CONTRACT)
    before = set(threading.enumerate())

    with pytest.raises(Unavailable, match=r"letter\.db"):
        await backend.check()
    with pytest.raises(Unavailable, match=r"letter\.db"):
        await backend.migrate()

    await backend.close()
    await asyncio.sleep(0.1)
    left = set(threading.enumerate()) - before
    assert not [thread for thread in left if "_connection" in thread.name]


async def test_an_sqlite_that_is_too_old_is_told(
    monkeypatch: pytest.MonkeyPatch, place: Place
) -> None:
    monkeypatch.setattr("sqlite3.sqlite_version_info", (3, 31, 0))
    backend = open_sql(place.url, CONTRACT)

    with pytest.raises(Unavailable, match=r"3\.37"):
        await backend.check()


async def test_a_connection_that_was_closed_behind_our_back_is_made_anew(store: Store) -> None:
    added = await store.added()
    backend: Any = store.backend
    connection = await backend._driver.writers.acquire()
    await connection.close()
    backend._driver.writers.release(connection)

    again = await store.added()

    assert await store.found() == (added, again)


async def test_what_is_committed_is_there_for_the_next_process(place: Place, store: Store) -> None:
    added = await store.added()
    await store.backend.close()

    again = Store(open_sql(place.url, CONTRACT))

    assert await again.stored(added.id) == added
    await again.backend.close()


async def test_a_closed_backend_is_unavailable(place: Place) -> None:
    store = Store(open_sql(place.url, CONTRACT))
    await store.backend.migrate()
    await store.backend.close()

    with pytest.raises(Unavailable):
        await store.stored(store.ids.new())


async def test_an_absent_row_is_told_apart_from_an_absent_database(store: Store) -> None:
    with pytest.raises(NotFound):
        await store.stored(store.ids.new())
