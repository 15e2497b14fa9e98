"""Everything that a store holds, as text: to look for what must not be in it."""

import json
import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
from pymongo import AsyncMongoClient

_WORD = re.compile(r"[\w.-]{16,}")


def found_in(content: str, secrets: set[str]) -> set[str]:
    """Which of the secrets a text holds; most of them are words, so that one look is enough."""
    words = {secret for secret in secrets if _WORD.fullmatch(secret)}
    there = {word.strip(".") for word in _WORD.findall(content)}
    return {secret for secret in secrets - words if secret in content} | (words & there)


async def dump(settings: dict[str, str]) -> AsyncIterator[tuple[str, str]]:
    """Name and content of each table or collection."""
    backend = settings["STORAGE_BACKEND"]
    if backend == "sqlite":
        for found in _sqlite(Path(urlsplit(settings["DATABASE_URL"]).path)):
            yield found
    elif backend == "postgres":
        async for found in _postgres(settings["DATABASE_URL"]):
            yield found
    else:
        async for found in _mongo(settings["MONGODB_URL"], settings["MONGODB_DB_NAME"]):
            yield found


def _sqlite(file: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(file)) as store:
        store.text_factory = lambda raw: raw.decode(errors="replace")
        tables = store.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return [
            (name, "\n".join(map(str, store.execute(f'SELECT * FROM "{name}"'))))  # noqa: S608  (its own name)
            for (name,) in tables
        ]


async def _postgres(url: str) -> AsyncIterator[tuple[str, str]]:
    connection = await asyncpg.connect(url)
    try:
        tables = await connection.fetch(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        )
        for (name,) in tables:
            rows = await connection.fetch(f'SELECT t::text FROM "{name}" t')  # noqa: S608  (its own name)
            yield name, "\n".join(row[0] for row in rows)
    finally:
        await connection.close()


async def _mongo(url: str, database: str) -> AsyncIterator[tuple[str, str]]:
    async with AsyncMongoClient[dict[str, Any]](url) as client:
        store = client[database]
        for name in await store.list_collection_names():
            rows = await store[name].find().to_list()
            yield name, json.dumps(rows, default=str)
