"""The errors that every backend raises for the same violations, worded once."""

from typing import Any

from moniqo.adapters.persistence.collection import Collection
from moniqo.domain.shared.errors import (
    AlreadyExists,
    Conflict,
    Fault,
    Invalid,
    PreconditionFailed,
    StaleVersion,
)


def duplicate(collection: Collection[Any], fields: tuple[str, ...]) -> AlreadyExists:
    """A live row with these fields' values exists."""
    named = " and ".join(fields)
    kind = collection.entity.__name__
    return AlreadyExists(
        f"{kind} with this {named} exists already.",
        faults=tuple(Fault(field, "is taken") for field in fields),
    )


def dangling(collection: Collection[Any], field: str) -> Invalid:
    """The field refers to nothing."""
    kind = collection.entity.__name__
    return Invalid(
        f"{kind}.{field} refers to nothing that exists.",
        faults=(Fault(field, "refers to nothing that exists"),),
    )


def stale(collection: Collection[Any]) -> StaleVersion:
    """The row has another version than expected, or is gone."""
    kind = collection.entity.__name__
    return StaleVersion(f"{kind} was changed by somebody else meanwhile.")


def referred(collection: Collection[Any]) -> Conflict:
    """A row that others refer to was to be deleted for good."""
    kind = collection.entity.__name__
    return Conflict(f"{kind} is still referred to.")


def outdated(collection: Collection[Any]) -> PreconditionFailed:
    """The caller wants to change a version that is not the current one."""
    kind = collection.entity.__name__
    return PreconditionFailed(f"{kind} is not at the version that the request names.")
