"""A server that is absent, unfit or failing. These tests have one of their own to harm."""

import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any

import pytest
import pytest_asyncio
from pymongo import AsyncMongoClient

from moniqo.adapters.persistence.mongo import open_mongo
from moniqo.domain.shared.errors import Invalid, Unavailable
from moniqo.domain.shared.types import JsonObject
from support.servers import local_mongo
from support.servers.process import free_port
from support.specimen import CONTRACT, Specimen
from support.store import Place, Store, prepared

Client = AsyncMongoClient[dict[str, Any]]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with local_mongo() as url:
        yield url


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def client(server: str) -> AsyncIterator[Client]:
    async with Client(server) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def store(server: str) -> AsyncIterator[Store]:
    async with prepared(Place("mongo", f"{server}&retryReads=false", "faults")) as backend:
        yield Store(backend)


@asynccontextmanager
async def failing(client: Client, command: str, **how: Any) -> AsyncIterator[None]:
    """The next `command` fails as said."""
    data = {"failCommands": [command], **how}
    mode = {"times": data.pop("times", 1)}
    await client.admin.command("configureFailPoint", "failCommand", mode=mode, data=data)
    try:
        yield
    finally:
        await client.admin.command("configureFailPoint", "failCommand", mode="off")


async def test_a_replica_set_is_fit(store: Store) -> None:
    await store.backend.check()


SET_NAMED = "/?replicaSet=rs0"


async def obstacle(url: str) -> str:
    """What `check` says of the server."""
    backend = open_mongo(url, "any", CONTRACT)
    with pytest.raises(Unavailable) as caught:
        await backend.check()
    await backend.close()
    return caught.value.message


@pytest.mark.parametrize("named", [False, True], ids=["as it is", "with the set named"])
async def test_a_standalone_server_is_refused_with_what_to_do(*, named: bool) -> None:
    with local_mongo(replica_set=False) as url:
        told = await obstacle(url.partition("/?")[0] + SET_NAMED if named else url)

    assert "standalone" in told
    assert "--replSet rs0" in told
    assert "rs.initiate()" in told


@pytest.mark.parametrize("named", [False, True], ids=["as it is", "with the set named"])
async def test_a_set_that_was_never_founded_is_refused_with_what_to_do(*, named: bool) -> None:
    with local_mongo(founded=False) as url:
        told = await obstacle(url.partition("/?")[0] + SET_NAMED if named else url)

    assert "founded" in told
    assert "rs.initiate()" in told


async def test_a_set_of_another_name_is_told_by_its_name(server: str) -> None:
    told = await obstacle(server.partition("/?")[0] + "/?replicaSet=other")

    assert "belongs to the replica set rs0" in told


async def test_an_absent_server_is_told_soon_and_without_the_password() -> None:
    port = free_port()
    began = monotonic()

    told = await obstacle(f"mongodb://user:hush-hush@127.0.0.1:{port}")

    assert monotonic() - began < 10
    assert f"127.0.0.1:{port} does not answer" in told
    assert "[Errno 111]" in told
    assert "hush" not in told


async def test_wrong_credentials_are_told_apart(server: str) -> None:
    told = await obstacle(server.replace("//", "//user:hush-hush@"))

    assert "refuses the connection (AuthenticationFailed)" in told
    assert "hush" not in told


async def test_a_node_that_may_not_write_is_refused(store: Store, client: Client) -> None:
    await client.admin.command("replSetStepDown", 60, force=True)
    try:
        with pytest.raises(Unavailable, match="not the primary"):
            await store.backend.check()
    finally:
        await client.admin.command("replSetFreeze", 0)
        while not (await client.admin.command("hello"))["isWritablePrimary"]:
            pass


@pytest.mark.parametrize(
    "url",
    ["postgres://user:hush-hush@h/x", "mongodb://u:hush@hush@h:1", "mongodb://u:1/hush@h", ""],
)
async def test_a_wrong_address_is_told_without_the_password(url: str) -> None:
    with pytest.raises(Unavailable, match="MONGODB_URL") as caught:
        open_mongo(url, "any", CONTRACT)

    assert "hush" not in str(caught.value)
    assert caught.value.__cause__ is None


async def test_a_missing_driver_is_told_with_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "moniqo.adapters.persistence.mongo.backend", None)

    with pytest.raises(Unavailable, match=r"moniqo\[mongo\]"):
        open_mongo("mongodb://h", "any", CONTRACT)


async def test_a_connection_cut_while_reading_is_unavailable(store: Store, client: Client) -> None:
    async with failing(client, "find", closeConnection=True):
        with pytest.raises(Unavailable, match="does not answer"):
            await store.stored(store.specimen().id)


async def test_a_command_that_is_refused_is_unavailable(store: Store, client: Client) -> None:
    async with failing(client, "find", errorCode=13):
        with pytest.raises(Unavailable, match="Unauthorized"):
            await store.stored(store.specimen().id)


async def test_a_connection_cut_while_writing_keeps_nothing(store: Store, client: Client) -> None:
    async with failing(client, "insert", closeConnection=True):
        with pytest.raises(Unavailable):
            await store.added()

    assert await store.found() == ()


@pytest.mark.parametrize(
    "how",
    [{"closeConnection": True, "times": 3}, {"writeConcernError": {"code": 64, "errmsg": "slow"}}],
    ids=["cut", "not yet on most nodes"],
)
async def test_a_commit_whose_outcome_is_unknown_is_asked_for_again(
    store: Store, client: Client, how: dict[str, Any]
) -> None:
    async with failing(client, "commitTransaction", **how):
        added = await store.added()

    assert await store.stored(added.id) == added


async def test_a_commit_that_stays_unknown_is_unavailable_in_the_end(
    store: Store, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("moniqo.adapters.persistence.mongo.transactions.COMMIT_SECONDS", 0.1)

    async with failing(client, "commitTransaction", closeConnection=True, times=1000):
        with pytest.raises(Unavailable):
            await store.added()


@pytest.mark.parametrize("size", [2**24 + 2**14, 2**25], ids=["by the server", "by the driver"])
async def test_a_document_beyond_what_is_stored_is_refused(store: Store, size: int) -> None:
    notes = JsonObject({"text": "x" * size})

    with pytest.raises(Invalid, match="larger"):
        await store.added(notes=notes)


async def test_a_closed_backend_is_unavailable(server: str) -> None:
    backend = open_mongo(server, "any", CONTRACT)
    await backend.close()

    with pytest.raises(Unavailable):
        async with Store(backend).uow() as tx:
            await tx[Specimen].count()
