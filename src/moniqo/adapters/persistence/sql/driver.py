"""What the two drivers offer to the rest of this package."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Protocol, TypeVar

from moniqo.adapters.persistence.sql.dialect import Dialect
from moniqo.adapters.persistence.sql.pool import Pool

C = TypeVar("C")


class Cause(Enum):
    """Why a statement failed, as far as anybody can do something about it."""

    DUPLICATE = auto()
    DANGLING = auto()
    REFERRED = auto()
    RIVAL = auto()
    UNAVAILABLE = auto()


@dataclass(frozen=True, slots=True)
class Failure:
    """A driver's error understood.

    `constraint` names the index or foreign key, `columns` what it covers, if the server says.
    """

    cause: Cause
    constraint: str | None = None
    columns: tuple[str, ...] = ()


class Driver(Protocol[C]):
    """Connections to one database, used without any layer between.

    `readers` and `writers` may be the same pool. `planners` write too, and plan each statement for
    the table as it is: a plan made of a small one is not kept for a large one. Methods raise
    `errors`, which `failure` explains.
    """

    dialect: Dialect
    errors: tuple[type[Exception], ...]
    readers: Pool[C]
    writers: Pool[C]
    planners: Pool[C]

    async def fetch(self, connection: C, text: str, values: list[Any]) -> Sequence[Sequence[Any]]:
        """Run one statement and answer its rows."""

    async def repeat(self, connection: C, text: str, rows: list[list[Any]]) -> None:
        """Run one statement with each of the rows of values."""

    async def begin(self, connection: C) -> None:
        """Begin a transaction that may write."""

    async def commit(self, connection: C) -> None:
        """Make it lasting."""

    async def rollback(self, connection: C) -> None:
        """Forget it."""

    def failure(self, error: Exception) -> Failure:
        """What went wrong."""

    async def probe(self) -> None:
        """Raise `Unavailable`, saying which server, why and what to do, unless one can connect."""

    async def connect(self, *, create: bool = False, migrating: bool = False) -> C:
        """A connection of the caller's own."""

    async def close(self) -> None:
        """End all connections."""
