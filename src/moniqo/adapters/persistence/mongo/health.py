"""Whether a MongoDB can be used, and what to do if not."""

from pymongo.errors import ConnectionFailure, OperationFailure, PyMongoError

from moniqo.adapters.persistence.mongo.store import Store
from moniqo.domain.shared.errors import Unavailable


async def fit(store: Store) -> None:
    """Raise `Unavailable`, saying why and what to do, unless transactions can be written."""
    try:
        hello = await store.client.admin.command("hello")
        await store.database.list_collection_names()
    except PyMongoError as error:
        raise Unavailable(f"MongoDB at {store.place} {_fault(error)}") from error
    router = hello.get("msg") == "isdbgrid"
    if not router and "setName" not in hello:
        raise Unavailable(
            f"MongoDB at {store.place} is a standalone server, which has no transactions. "
            "Start it with --replSet rs0 and run rs.initiate() on it once; one node is enough."
        )
    if not hello["isWritablePrimary"]:
        raise Unavailable(
            f"MongoDB at {store.place} is not the primary of its replica set. "
            "Name the set in MONGODB_URL (?replicaSet=…) so that the primary is found."
        )


def _fault(error: PyMongoError) -> str:
    if isinstance(error, ConnectionFailure):
        return (
            "does not answer. Is it running and reachable, is its replica set initiated, "
            "and is MONGODB_URL right?"
        )
    reason = (error.details or {}).get("codeName") if isinstance(error, OperationFailure) else None
    return (
        f"refuses the connection ({reason or type(error).__name__}). "
        "Check user, password, authSource and the user's roles."
    )
