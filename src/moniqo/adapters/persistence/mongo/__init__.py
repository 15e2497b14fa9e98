"""MongoDB, as a replica set: one node will do. Needs the extra `mongo`."""

from moniqo.adapters.persistence.backend import Backend
from moniqo.adapters.persistence.collection import Registry
from moniqo.domain.shared.errors import Unavailable


def open_mongo(url: str, database: str, registry: Registry) -> Backend:
    """A backend on the named database; connects when it is first used.

    Raises `Unavailable` for a URL that is none, or without the extra `mongo`.
    """
    try:
        from moniqo.adapters.persistence.mongo.backend import MongoBackend
    except ModuleNotFoundError as error:
        raise Unavailable("MongoDB needs its driver: install moniqo[mongo].") from error
    return MongoBackend(url, database, registry)
