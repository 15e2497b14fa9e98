"""What only the owner of the database can do to it."""

import asyncio
import sqlite3
from contextlib import closing

import asyncpg

from support.arena.arena import Arena

_TRIGGERS = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_logs'"


async def as_owner(arena: Arena, statement: str) -> None:
    """Change rows past the application, and past the triggers of the audit trail."""
    url = arena.settings["DATABASE_URL"]
    if url.startswith("sqlite"):
        await asyncio.to_thread(_on_sqlite, url.removeprefix("sqlite:///"), statement)
        return
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("SET session_replication_role = replica")
        await connection.execute(statement)
    finally:
        await connection.close()


def _on_sqlite(file: str, statement: str) -> None:
    with closing(sqlite3.connect(file)) as store, store:
        guards = store.execute(_TRIGGERS).fetchall() if "audit_logs" in statement else ()
        for (name,) in guards:
            store.execute(f"DROP TRIGGER {name}")
        store.execute(statement)
