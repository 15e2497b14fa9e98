"""The storage backends. Each is imported only where it is asked for."""

from moniqo.adapters.persistence.backend import Backend
from moniqo.adapters.persistence.collection import Registry
from moniqo.adapters.persistence.slow_queries import SlowQueries
from moniqo.entrypoints.settings.model import Storage
from moniqo.entrypoints.settings.values import StorageBackend


def open_backend(storage: Storage, registry: Registry) -> Backend:
    """The chosen backend; nothing is connected yet. Raises `Unavailable` without its driver."""
    if storage.storage_backend is StorageBackend.MEMORY:
        from moniqo.adapters.persistence.memory import MemoryBackend

        return MemoryBackend(registry)
    slow = SlowQueries(storage.slow_query_ms / 1000) if storage.slow_query_ms else None
    if storage.storage_backend is StorageBackend.MONGO:
        from moniqo.adapters.persistence.mongo import open_mongo

        return open_mongo(storage.mongodb_url.value, storage.mongodb_db_name, registry, slow=slow)
    from moniqo.adapters.persistence.sql import open_sql

    return open_sql(storage.database_url.value, registry, slow=slow)
