"""How much of a database is taken at once, and how long it is waited for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Connections in a pool; seconds to wait for one, and for a statement."""

    pool_size: int
    patience: float
    statement_seconds: float
