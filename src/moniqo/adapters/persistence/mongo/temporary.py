"""A database for a little while."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

from moniqo.adapters.persistence.collection import Registry
from moniqo.adapters.persistence.mongo.failures import translated
from moniqo.adapters.persistence.mongo.health import fit
from moniqo.adapters.persistence.mongo.store import Store


@asynccontextmanager
async def temporary_database(url: str, beside: str) -> AsyncIterator[str]:
    """The name of an empty database next to `beside`, dropped at the end.

    Raises `Unavailable`, saying why and what to do, unless the server can be used.
    """
    name = f"{beside[:30]}_{uuid4().hex}"
    store = Store(url, name, Registry())
    try:
        await fit(store)
        try:
            yield name
        finally:
            with translated():
                await store.client.drop_database(name)
    finally:
        await store.client.close()
