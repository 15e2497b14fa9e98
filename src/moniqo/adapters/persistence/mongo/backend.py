"""The MongoDB backend."""

from datetime import UTC, datetime

from moniqo.adapters.persistence.collection import Registry
from moniqo.adapters.persistence.mongo.failures import translated
from moniqo.adapters.persistence.mongo.health import fit
from moniqo.adapters.persistence.mongo.people import MongoPeople
from moniqo.adapters.persistence.mongo.principals import MongoPrincipals
from moniqo.adapters.persistence.mongo.schema import bring_up, lacking
from moniqo.adapters.persistence.mongo.session import MongoSession
from moniqo.adapters.persistence.mongo.store import Store
from moniqo.adapters.persistence.mongo.tasks import MongoTasks
from moniqo.adapters.persistence.slow_queries import SlowQueries


class MongoBackend:
    """One client for the process; the named database of a replica set."""

    def __init__(
        self, url: str, database: str, registry: Registry, slow: SlowQueries | None = None
    ) -> None:
        self._store = Store(url, database, registry, slow)

    def session(self) -> MongoSession:
        """See `Backend`."""
        return MongoSession(self._store)

    def principals(self) -> MongoPrincipals:
        """Who calls, in one round trip."""
        return MongoPrincipals(self._store)

    def people(self) -> MongoPeople:
        """Users with their accounts."""
        return MongoPeople(self._store)

    def tasks(self) -> MongoTasks:
        """See `Backend`."""
        return MongoTasks(self._store)

    async def migrate(self) -> None:
        """See `Backend`: collections and indexes."""
        await bring_up(self._store)

    async def check(self) -> None:
        """See `Backend`; a server that has no transactions is refused."""
        await fit(self._store)

    async def now(self) -> datetime:
        """See `Backend`: the primary's."""
        with translated():
            found: datetime = (await self._store.client.admin.command("hello"))["localTime"]
        return found.replace(tzinfo=UTC)

    async def pending(self) -> tuple[str, ...]:
        """See `Backend`: names of collections and of `collection.index`."""
        return await lacking(self._store)

    async def close(self) -> None:
        """See `Backend`."""
        await self._store.client.close()
