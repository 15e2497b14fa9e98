"""MongoDB, as a replica set: one node will do. Needs the extra `mongo`."""

from contextlib import AbstractAsyncContextManager

from moniqo.adapters.persistence.backend import Backend
from moniqo.adapters.persistence.collection import Registry
from moniqo.adapters.persistence.slow_queries import SlowQueries
from moniqo.domain.shared.errors import Unavailable

_NO_DRIVER = "MongoDB needs its driver: install moniqo[mongo]."


def open_mongo(
    url: str, database: str, registry: Registry, *, slow: SlowQueries | None = None
) -> Backend:
    """A backend on the named database; connects when it is first used.

    What is `slow` is told in the log. Raises `Unavailable` for a URL that is none, or without
    the extra `mongo`.
    """
    try:
        from moniqo.adapters.persistence.mongo.backend import MongoBackend
    except ModuleNotFoundError as error:
        raise Unavailable(_NO_DRIVER) from error
    return MongoBackend(url, database, registry, slow)


def temporary_mongo(url: str, beside: str) -> AbstractAsyncContextManager[str]:
    """For a little while an empty database next to `beside`, by its name; dropped at the end.

    Raises `Unavailable`, saying why and what to do, unless the server can be used.
    """
    try:
        from moniqo.adapters.persistence.mongo.temporary import temporary_database
    except ModuleNotFoundError as error:
        raise Unavailable(_NO_DRIVER) from error
    return temporary_database(url, beside)
