"""Whether a MongoDB can be used, and what to do if not."""

from collections.abc import Mapping
from typing import Any

from pymongo.errors import ConnectionFailure, OperationFailure, PyMongoError

from moniqo.adapters.persistence.mongo.store import Store
from moniqo.domain.shared.errors import Unavailable

_FOUND = "run rs.initiate() on it once; one node is enough."


async def fit(store: Store) -> None:
    """Raise `Unavailable`, saying why and what to do, unless transactions can be written."""
    try:
        hello = await store.client.admin.command("hello")
        obstacle = _obstacle(hello) or _role(hello)
        if obstacle is None:
            await store.database.list_collection_names()
    except ConnectionFailure as error:
        raise Unavailable(f"MongoDB at {store.place} {await _silence(store)}") from error
    except PyMongoError as error:
        raise Unavailable(f"MongoDB at {store.place} {_refusal(error)}") from error
    if obstacle is not None:
        raise Unavailable(f"MongoDB at {store.place} {obstacle}")


def _obstacle(hello: Mapping[str, Any]) -> str | None:
    """Why a server that says this of itself has no transactions."""
    if "setName" in hello or hello.get("msg") == "isdbgrid":
        return None
    if hello.get("isreplicaset"):
        return f"waits for its replica set to be founded: {_FOUND}"
    return (
        "is a standalone server, which has no transactions. Start it with --replSet rs0, "
        f"name rs0 in MONGODB_URL (?replicaSet=rs0) and {_FOUND}"
    )


def _role(hello: Mapping[str, Any]) -> str | None:
    if hello["isWritablePrimary"]:
        return None
    return (
        "is not the primary of its replica set. Name the set in MONGODB_URL "
        f"(?replicaSet={hello['setName']}) so that the primary is found."
    )


async def _silence(store: Store) -> str:
    """Why there is no primary to talk to: the first host is asked about itself alone."""
    try:
        async with store.first_host() as client:
            hello = await client.admin.command("hello")
    except PyMongoError as error:
        # The driver goes on about time limits and topologies after that.
        reason = str(error).partition(", Timeout")[0].partition(" (configured")[0]
        return f"does not answer ({reason}). Is it running and reachable, and is MONGODB_URL right?"
    return _obstacle(hello) or (
        f"belongs to the replica set {hello.get('setName')} and shows no primary. Is that the "
        f"set named in MONGODB_URL, and can its members {hello.get('hosts')} be reached from here?"
    )


def _refusal(error: PyMongoError) -> str:
    reason = (error.details or {}).get("codeName") if isinstance(error, OperationFailure) else None
    return (
        f"refuses the connection ({reason or type(error).__name__}). "
        "Check user, password, authSource and the user's roles."
    )
