"""What a store is too slow with is told: which statement, and none of its values."""

import pytest

from moniqo.adapters.persistence.backend import Backend
from moniqo.adapters.persistence.slow_queries import SlowQueries
from moniqo.application.shared.query import eq
from moniqo.domain.shared.errors import AlreadyExists
from support.specimen import CONTRACT, Specimen
from support.store import Place, Store, open_backend

WRITING = {
    "memory": [],
    "sqlite": ["BEGIN", "INSERT", "SELECT", "COMMIT"],
    "postgres": ["BEGIN", "INSERT", "SELECT", "COMMIT"],
    "mongo": ["insert", "aggregate", "commitTransaction"],
}


async def played(place: Place, slow: SlowQueries) -> None:
    """Add, add again and look for a specimen that is called canary, on a backend of its own."""
    other = open_backend(place, CONTRACT, slow)
    store = Store(other)
    try:
        added = await store.added(name="canary")
        with pytest.raises(AlreadyExists):
            async with store.uow() as tx:
                await tx[Specimen].add(added)
        await store.found(eq("name", "canary"))
    finally:
        await other.close()


async def test_a_slow_statement_is_told_without_its_values(
    place: Place, backend: Backend, caplog: pytest.LogCaptureFixture
) -> None:
    del backend  # has made the tables

    await played(place, SlowQueries(0))

    told = [record for record in caplog.records if record.name == "moniqo.store"]
    statements = [record.statement for record in told]
    assert bool(statements) is (place.kind != "memory")
    assert "canary" not in str(statements)
    assert {text.split()[0] for text in statements} >= set(WRITING[place.kind])
    assert all(record.milliseconds >= 0 for record in told)
    assert place.kind == "memory" or any("name" in text for text in statements)


async def test_nothing_is_told_of_what_is_fast(
    place: Place, backend: Backend, caplog: pytest.LogCaptureFixture
) -> None:
    del backend

    await played(place, SlowQueries(60))

    assert [record for record in caplog.records if record.name == "moniqo.store"] == []
