"""Write a migration: what the entities have and the migrations so far have not.

`python tools/migration.py NAME` compares on a temporary SQLite database. Read what it wrote: a
renamed field looks like one that went and another that came, and rows need values for a new
field that may not be null. A change that SQLite does not see (a text that became a document, a
table that only grows from now on) is written by hand; the tests say when one is missing.
"""

import asyncio
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from alembic import command
from sqlalchemy import Connection, MetaData

from moniqo.adapters.persistence.collections import REGISTRY
from moniqo.adapters.persistence.sql import open_sql
from moniqo.adapters.persistence.sql.migrating import alembic_config


async def make_migration(name: str) -> Path:
    """The new file, named by the time (UTC) and `name`."""
    with tempfile.TemporaryDirectory() as folder:
        backend = open_sql(f"sqlite:///{folder}/present.db", REGISTRY)
        await backend.migrate()
        tables = backend.schema.tables
        return await backend.migrations.run(lambda connection: _revised(connection, tables, name))


def _revised(connection: Connection, tables: MetaData, name: str) -> Path:
    now = datetime.now(UTC).strftime("%Y%m%d_%H%M")
    script = command.revision(
        alembic_config(connection, tables), message=name, autogenerate=True, rev_id=now
    )
    return Path(script.path)


def polish(path: Path) -> None:
    """Without Alembic's remarks, in the house's format."""
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if "# ### " not in line))
    for task in (["format", "--quiet"], ["check", "--fix", "--quiet"]):
        subprocess.run([sys.executable, "-m", "ruff", *task, str(path)], check=True)  # noqa: S603  (our own file)


if __name__ == "__main__":
    if len(sys.argv) != 2:  # noqa: PLR2004  (the program and the name)
        raise SystemExit("usage: python tools/migration.py what_changes")
    made = asyncio.run(make_migration(sys.argv[1]))
    polish(made)
