"""The store that a demonstration plays on: empty before, gone after."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from dishka import AsyncContainer, Provider

from moniqo.entrypoints.cli.session import parts
from moniqo.entrypoints.settings import Settings, StorageBackend
from moniqo.entrypoints.settings.model import Storage
from moniqo.entrypoints.settings.values import ConnectionUrl, MailBackend


@asynccontextmanager
async def stage(settings: Settings, *overrides: Provider) -> AsyncIterator[AsyncContainer]:
    """The parts on a temporary store of the configured kind beside the configured one.

    Whoever registers there is verified at once; what is mailed goes with the store.
    """
    security = replace(settings.security, auto_verify_email=True)
    with TemporaryDirectory(prefix="moniqo-demo-mail-") as folder:
        mail = replace(settings.mail, mail_backend=MailBackend.OUTBOX, mail_folder=Path(folder))
        async with _storage(settings.storage) as storage:
            temporary = replace(settings, storage=storage, security=security, mail=mail)
            async with parts(temporary, *overrides) as container:
                yield container


@asynccontextmanager
async def _storage(storage: Storage) -> AsyncIterator[Storage]:
    if storage.storage_backend is StorageBackend.MEMORY:
        yield storage
    elif storage.storage_backend is StorageBackend.MONGO:
        from moniqo.adapters.persistence.mongo import temporary_mongo

        where = (storage.mongodb_url.value, storage.mongodb_db_name)
        async with temporary_mongo(*where) as name:
            yield replace(storage, mongodb_db_name=name)
    elif storage.storage_backend is StorageBackend.POSTGRES:
        from moniqo.adapters.persistence.sql.temporary import temporary_database

        async with temporary_database(storage.database_url.value) as url:
            yield replace(storage, database_url=ConnectionUrl(url))
    else:
        with TemporaryDirectory(prefix="moniqo-demo-") as folder:
            file = Path(folder) / "demo.sqlite3"
            yield replace(storage, database_url=ConnectionUrl(f"sqlite:///{file}"))
