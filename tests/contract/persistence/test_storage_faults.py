"""A store that cannot be reached is unavailable, and says so without its password."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from moniqo.adapters.persistence.backend import Backend
from moniqo.domain.shared.errors import Unavailable
from support.servers.process import free_port
from support.specimen import CONTRACT
from support.store import Place, Store, open_backend

PASSWORD = "hunter2-canary"
PATIENCE = 8.0


@pytest_asyncio.fixture(params=["sqlite", "postgres", "mongo"])
async def nowhere(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Backend]:
    """A backend whose server, or file, is not there."""
    server = f"moniqo:{PASSWORD}@127.0.0.1:{free_port()}"
    places = {
        "sqlite": Place("sqlite", f"sqlite:///{tmp_path / 'missing' / 'x.db'}"),
        "postgres": Place("postgres", f"postgresql://{server}/moniqo"),
        "mongo": Place("mongo", f"mongodb://{server}/?directConnection=true", "moniqo"),
    }
    backend = open_backend(places[request.param], CONTRACT)
    yield backend
    await backend.close()


async def test_a_check_says_which_store_and_what_to_do_but_no_password(nowhere: Backend) -> None:
    with pytest.raises(Unavailable) as caught:
        await nowhere.check()

    assert PASSWORD not in caught.value.message
    assert any(part in caught.value.message for part in ("127.0.0.1", "x.db"))


async def test_a_read_and_a_write_are_unavailable_and_nothing_else(nowhere: Backend) -> None:
    store = Store(nowhere)

    with pytest.raises(Unavailable) as read:
        await store.found()
    with pytest.raises(Unavailable) as written:
        await store.added()
    with pytest.raises(Unavailable) as asked:
        await nowhere.now()

    for error in (read.value, written.value, asked.value):
        assert PASSWORD not in error.message
        assert "127.0.0.1" not in error.message


async def test_an_outage_is_told_in_seconds_to_all_who_wait(nowhere: Backend) -> None:
    store = Store(nowhere)
    began = time.monotonic()

    outcomes = await asyncio.gather(
        *(store.stored(store.ids.new()) for _ in range(40)), return_exceptions=True
    )

    assert {type(outcome) for outcome in outcomes} == {Unavailable}
    assert time.monotonic() - began < PATIENCE


async def test_a_migration_makes_what_is_missing_or_is_unavailable(nowhere: Backend) -> None:
    told = ""

    try:
        await nowhere.migrate()
        await nowhere.check()  # a file can be made where a server cannot
    except Unavailable as error:
        told = error.message

    assert PASSWORD not in told
