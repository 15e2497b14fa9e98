"""The open database and what every unit of work on it needs."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl, urlencode

from pymongo import AsyncMongoClient
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import ConfigurationError
from pymongo.read_concern import ReadConcern

from moniqo.adapters.persistence.collection import Collection, Registry
from moniqo.adapters.persistence.mongo.documents import Document
from moniqo.adapters.persistence.mongo.watching import SlowCommands
from moniqo.adapters.persistence.slow_queries import SlowQueries
from moniqo.domain.shared.errors import Unavailable

Rows = AsyncCollection[Document]

# A server that is down is told within seconds; the URL's own options come first.
_DEFAULTS: Mapping[str, Any] = MappingProxyType(
    {
        "appname": "moniqo",
        "uuidRepresentation": "standard",
        "serverSelectionTimeoutMS": 3_000,
        "connectTimeoutMS": 3_000,
        "socketTimeoutMS": 60_000,
        "waitQueueTimeoutMS": 5_000,
    }
)


class Store:
    """One client for the process; it connects when it is first used."""

    def __init__(
        self, url: str, database: str, registry: Registry, slow: SlowQueries | None = None
    ) -> None:
        self.registry = registry
        self.client = _client(url, slow)
        self.place, self._options = _parts(url)
        self.database = self.client.get_database(database)
        self.references = {item.entity: registry.references(item) for item in registry}
        self.referrers = {item.entity: registry.referrers(item) for item in registry}
        self._rows = {item.entity: self._committed(item) for item in registry}

    def rows(self, collection: Collection[Any]) -> Rows:
        """Where the collection's documents are."""
        return self._rows[collection.entity]

    def first_host(self) -> AsyncMongoClient[Document]:
        """A client of the first host alone, signed in as nobody and soon giving up."""
        options = [pair for pair in self._options if pair[0].startswith("tls")]
        host = self.place.partition(",")[0]
        return AsyncMongoClient(
            f"mongodb://{host}/?{urlencode(options)}",
            directConnection=True,
            serverSelectionTimeoutMS=1_000,
        )

    def _committed(self, collection: Collection[Any]) -> Rows:
        # Outside a transaction, too, nothing is read that a failover could still undo.
        return self.database.get_collection(collection.name, read_concern=ReadConcern("majority"))


def _parts(url: str) -> tuple[str, list[tuple[str, str]]]:
    """The hosts, without user and password, and the options; raises `ValueError`."""
    before, _, query = url.partition("://")[2].partition("?")
    authority, _, database = before.partition("/")
    if "@" in database:
        raise ValueError("a slash in user or password is not encoded")
    return authority.rpartition("@")[2], parse_qsl(query)


def _client(url: str, slow: SlowQueries | None) -> AsyncMongoClient[Document]:
    try:
        given = {name.lower() for name, _ in _parts(url)[1]}
        options = {name: value for name, value in _DEFAULTS.items() if name.lower() not in given}
        listeners = [SlowCommands(slow)] if slow else []
        return AsyncMongoClient(url, **options, event_listeners=listeners)
    except (ConfigurationError, ValueError, TypeError):
        # The driver's own words may quote the password.
        raise Unavailable(
            "MONGODB_URL is not an address of MongoDB, such as "
            "mongodb://user:password@host:27017/?replicaSet=rs0 with special characters "
            "of user and password percent-encoded."
        ) from None
