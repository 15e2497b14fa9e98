"""Everything about a registry that a dialect's sessions need, made once."""

from typing import Any

from moniqo.adapters.persistence.collection import Collection, Registry
from moniqo.adapters.persistence.sql.dialect import Dialect
from moniqo.adapters.persistence.sql.driver import Cause, Failure
from moniqo.adapters.persistence.sql.rows import Rows
from moniqo.adapters.persistence.sql.statements import Statements
from moniqo.adapters.persistence.sql.tables import metadata, named
from moniqo.adapters.persistence.violations import dangling, duplicate, referred
from moniqo.domain.shared.errors import AppError, StaleVersion, Unavailable


class Schema:
    """Tables, statements and row formats of a registry, and what its constraints mean."""

    def __init__(self, registry: Registry, dialect: Dialect) -> None:
        self.registry = registry
        self.tables = metadata(registry)
        self.spread = dialect.spread
        self.statements = Statements(dialect, self.tables)
        self.rows = {item.entity: Rows(item, dialect.leaves) for item in registry}
        self._fields = _constraints(registry)

    def refusal(self, collection: Collection[Any] | None, failure: Failure) -> AppError:
        """The error that a failed statement on a collection is."""
        fields = failure.columns or self._fields.get(failure.constraint or "", ())
        if collection is not None and fields:
            if failure.cause is Cause.DUPLICATE:
                return duplicate(collection, fields)
            if failure.cause is Cause.DANGLING:
                return dangling(collection, fields[0])
        if collection is not None and failure.cause is Cause.REFERRED:
            return referred(collection)
        if failure.cause is Cause.RIVAL:
            return StaleVersion("Somebody else changed the same thing meanwhile.")
        return Unavailable("The database is not available.", retry_after=1)


def _constraints(registry: Registry) -> dict[str, tuple[str, ...]]:
    """The fields that each unique index and foreign key covers, by its name."""
    found: dict[str, tuple[str, ...]] = {}
    for item in registry:
        found[named("pk", item.name)] = ("id",)
        found |= {named("uq", item.name, *group): group for group in item.unique}
        found |= {named("fk", item.name, name): (name,) for name in registry.references(item)}
    return found
