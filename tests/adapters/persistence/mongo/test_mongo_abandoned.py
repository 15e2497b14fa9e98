"""Transactions whose process is gone do not hold up who comes after; those of the living stay."""

import asyncio
import time
from contextlib import AsyncExitStack
from typing import Any
from uuid import uuid4

import pytest
from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure

from moniqo.adapters.persistence.collections import REGISTRY
from moniqo.adapters.persistence.mongo.abandoned import end_abandoned
from moniqo.adapters.persistence.mongo.store import Store
from moniqo.adapters.persistence.mongo.tasks import MongoTasks

Client = AsyncMongoClient[dict[str, Any]]


async def test_a_transaction_is_ended_if_its_process_is_gone_and_never_if_it_lives(
    mongo_database: tuple[str, str],
) -> None:
    url, name = mongo_database
    async with AsyncExitStack() as stack:
        ours = {"appname": uuid4().hex, "uuidRepresentation": "standard"}
        dead, living, other = [
            await stack.enter_async_context(Client(url, **ours)) for _ in range(3)
        ]
        rows = other[name]["abandoned"]
        await rows.insert_many([{"_id": "dead"}, {"_id": "living"}])
        lost = dead.start_session()
        await lost.start_transaction()
        await dead[name]["abandoned"].update_one({"_id": "dead"}, {"$set": {"n": 1}}, session=lost)
        kept = await stack.enter_async_context(living.start_session())
        await kept.start_transaction()
        of_kept = living[name]["abandoned"]
        await of_kept.update_one({"_id": "living"}, {"$set": {"n": 1}}, session=kept)
        # Its connections close, as if it were killed; nobody says good-bye for the transaction.
        await dead.close()

        await end_abandoned(other)
        with pytest.raises(OperationFailure, match="WriteConflict"):
            async with other.start_session() as early, await early.start_transaction():
                await rows.update_one({"_id": "dead"}, {"$set": {"n": 2}}, session=early)
        await asyncio.sleep(0.05)
        await end_abandoned(other, idle_seconds=0.02)
        began = time.monotonic()
        await rows.update_one({"_id": "dead"}, {"$set": {"n": 3}})
        waited = time.monotonic() - began
        await kept.commit_transaction()

        found = {row["_id"]: row["n"] for row in await rows.find().to_list()}
        assert found == {"dead": 3, "living": 1}
        assert waited < 5


async def test_workers_see_to_it_although_nobody_waits_for_a_task(
    mongo_database: tuple[str, str],
) -> None:
    url, name = mongo_database
    store = Store(url, name, REGISTRY)
    dead = Client(url, appname="moniqo", uuidRepresentation="standard")
    rows = store.database["left"]
    await rows.insert_one({"_id": "dead"})
    lost = dead.start_session()
    await lost.start_transaction()
    await dead[name]["left"].update_one({"_id": "dead"}, {"$set": {"n": 1}}, session=lost)
    await dead.close()
    await asyncio.sleep(0.05)

    woken = await MongoTasks(store, idle_seconds=0.02).wake()
    async with asyncio.timeout(5):
        await rows.update_one({"_id": "dead"}, {"$set": {"n": 2}})

    assert woken == 0
    await store.client.close()
