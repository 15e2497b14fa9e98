"""Transactions whose client is gone.

A process that is killed in the middle of a transaction leaves it open: the server holds what it
has written for as long as its own limit says, a minute, and whoever comes to the same documents
waits. The connection that a transaction came by last is closed when its process ends, and stays
open, in the pool, while it lives, however long it has nothing to say.
"""

from collections.abc import Sequence
from typing import Any

from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure

IDLE_SECONDS = 3.0
"""Time for a process whose connection broke to end its transaction by itself."""
Operation = dict[str, Any]


async def end_abandoned(
    client: AsyncMongoClient[Operation], idle_seconds: float = IDLE_SECONDS
) -> None:
    """End every transaction of ours that has been idle for so long and whose connection is gone.

    Without the right to, the server's own limit does it later.
    """
    ours = {"appName": client.options.pool_options.appname}
    everything = {"idleSessions": True, "idleConnections": True}
    try:
        cursor = await client.admin.aggregate([{"$currentOp": everything}, {"$match": ours}])
        left = _abandoned(await cursor.to_list(), idle_seconds * 1_000_000)
        if left:
            sessions = [{"id": one["lsid"]["id"]} for one in left]
            # A command knows nothing of the client's own ways to write an id.
            options = client.codec_options
            await client.admin.command("killSessions", sessions, codec_options=options)
    except OperationFailure:
        return


def _abandoned(operations: Sequence[Operation], idle_micros: float) -> list[Operation]:
    connected = {_connection(one) for one in operations if one["type"] == "op"}
    return [
        one
        for one in operations
        if one["type"] == "idleSession"
        and one.get("transaction", {}).get("timeInactiveMicros", 0) >= idle_micros
        and _connection(one) not in connected
    ]


def _connection(operation: Operation) -> tuple[Any, Any]:
    return operation.get("host"), operation.get("connectionId")
