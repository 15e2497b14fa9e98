"""Transactions whose client is gone.

A process that is killed in the middle of a transaction leaves it open: the server holds what it
has written for as long as its own limit says, a minute, and whoever comes to the same documents
waits. None of our transactions is idle for long, since nothing outside is called in one.
"""

from typing import Any

from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure

IDLE_SECONDS = 3
"""No transaction of a process that lives is idle for so long."""


async def end_abandoned(client: AsyncMongoClient[dict[str, Any]]) -> None:
    """End every transaction of ours that has been idle for `IDLE_SECONDS`.

    Without the right to, the server's own limit does it later.
    """
    idle = {
        "appName": client.options.pool_options.appname,
        "transaction.timeInactiveMicros": {"$gte": IDLE_SECONDS * 1_000_000},
    }
    look: list[dict[str, Any]] = [{"$currentOp": {"idleSessions": True}}, {"$match": idle}]
    try:
        cursor = await client.admin.aggregate(look)
        left = [operation["lsid"] for operation in await cursor.to_list() if "lsid" in operation]
        if left:
            await client.admin.command("killSessions", [{"id": one["id"]} for one in left])
    except OperationFailure:
        return
