"""Where the database is, told without telling its password."""

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from moniqo.domain.shared.errors import Invalid

MEANING = "must be postgresql://user:password@host:port/database or sqlite:///path"


@dataclass(frozen=True, slots=True)
class PostgresAddress:
    """`dsn` is for the driver's eyes; as text only host, port and database are shown."""

    host: str
    port: int
    database: str
    dsn: str = field(repr=False)

    def __str__(self) -> str:
        return f"{self.host}:{self.port}, database {self.database or 'of the user'}"


@dataclass(frozen=True, slots=True)
class SqliteAddress:
    """A file."""

    path: Path

    def __str__(self) -> str:
        return str(self.path)


def address(url: str) -> PostgresAddress | SqliteAddress:
    """The address that a `DATABASE_URL` is; raises `Invalid`, without repeating it."""
    scheme, mark, rest = url.partition("://")
    kind = scheme.partition("+")[0]
    if kind == "sqlite" and rest.startswith("/") and rest.strip("/"):
        return SqliteAddress(Path(unquote(rest.removeprefix("/"))))
    if kind not in ("postgres", "postgresql") or not mark:
        raise Invalid.field("DATABASE_URL", MEANING)
    try:
        parts = urlsplit(f"postgresql://{rest}")
        port = parts.port or 5432
    except ValueError:
        # The parser's own words may quote the password.
        raise Invalid.field("DATABASE_URL", MEANING) from None
    database = unquote(parts.path.removeprefix("/"))
    return PostgresAddress(parts.hostname or "localhost", port, database, f"postgresql://{rest}")
