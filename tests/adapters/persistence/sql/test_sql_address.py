"""Addresses are read whole or refused, and never shown with their password."""

from pathlib import Path

import pytest

from moniqo.adapters.persistence.collections import REGISTRY
from moniqo.adapters.persistence.sql import open_sql
from moniqo.adapters.persistence.sql.address import PostgresAddress, SqliteAddress, address
from moniqo.domain.shared.errors import Invalid


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:///moniqo.db", "moniqo.db"),
        ("sqlite:////var/lib/moniqo.db", "/var/lib/moniqo.db"),
        ("sqlite+aiosqlite:///with%20space/x.db", "with space/x.db"),
    ],
)
def test_an_sqlite_address_is_a_path(url: str, path: str) -> None:
    assert address(url) == SqliteAddress(Path(path))


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+asyncpg"])
def test_a_postgres_address_has_its_parts(scheme: str) -> None:
    found = address(f"{scheme}://me:s%40cret@db.example:6543/books?sslmode=require")

    assert isinstance(found, PostgresAddress)
    assert (found.host, found.port, found.database) == ("db.example", 6543, "books")
    assert found.dsn == "postgresql://me:s%40cret@db.example:6543/books?sslmode=require"


def test_an_address_is_shown_without_its_password() -> None:
    found = address("postgresql://me:hunter2@db.example/books")

    assert "hunter2" not in f"{found} {found!r}"
    assert str(found) == "db.example:5432, database books"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hunter2",
        "sqlite://",
        "sqlite:///",
        "sqlite://relative.db",
        "mysql://me:hunter2@db/x",
        "postgresql:hunter2",
        "postgresql://me:hun/ter2@db:hunter2/x",
        "postgresql://me:hunter2@[::1/x",
    ],
)
def test_what_is_no_address_is_refused_without_being_repeated(url: str) -> None:
    with pytest.raises(Invalid) as caught:
        open_sql(url, REGISTRY)

    assert "hunter2" not in caught.value.message
    assert caught.value.faults[0].field == "DATABASE_URL"
    assert caught.value.__cause__ is None
