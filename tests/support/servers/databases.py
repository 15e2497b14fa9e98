"""Databases of their own for tests that share a server."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
from pymongo import AsyncMongoClient

from moniqo.adapters.persistence.mongo.abandoned import end_abandoned


@asynccontextmanager
async def store_of(
    backend: str, folder: Path, server_url: Callable[[str], str]
) -> AsyncIterator[dict[str, str]]:
    """The settings of an empty store on that backend, gone at the end."""
    settings = {"STORAGE_BACKEND": backend}
    if backend == "sqlite":
        yield settings | {"DATABASE_URL": f"sqlite:///{folder / 'moniqo.sqlite3'}"}
    elif backend == "postgres":
        async with fresh_postgres(server_url("postgres")) as url:
            yield settings | {"DATABASE_URL": url}
    elif backend == "mongo":
        async with fresh_mongo(server_url("mongo")) as (url, name):
            yield settings | {"MONGODB_URL": url, "MONGODB_DB_NAME": name}
    else:
        yield settings


@asynccontextmanager
async def fresh_postgres(server_url: str) -> AsyncIterator[str]:
    """The URL of a new, empty database, dropped at the end whoever is still connected."""
    name = f"test_{uuid4().hex}"
    await _execute(server_url, f'CREATE DATABASE "{name}"')
    try:
        yield urlsplit(server_url)._replace(path=f"/{name}").geturl()
    finally:
        await _execute(server_url, f'DROP DATABASE "{name}" WITH (FORCE)')


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@asynccontextmanager
async def fresh_mongo(server_url: str) -> AsyncIterator[tuple[str, str]]:
    """The server's URL and the name of a database that nobody else uses, dropped at the end."""
    name = f"test_{uuid4().hex}"
    try:
        yield server_url, name
    finally:
        async with AsyncMongoClient[dict[str, Any]](server_url, appname="moniqo") as client:
            await _dropped(client, name)


async def _dropped(client: AsyncMongoClient[dict[str, Any]], name: str) -> None:
    """Drop a database without waiting for transactions of clients that were killed."""
    dropping = asyncio.create_task(client.drop_database(name))
    while not (await asyncio.wait([dropping], timeout=1))[0]:
        await end_abandoned(client)
    await dropping
