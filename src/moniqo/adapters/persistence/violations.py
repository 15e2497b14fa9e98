"""The errors that every backend raises for the same violations, worded once."""

from typing import Any

from moniqo.adapters.persistence.collection import Collection
from moniqo.domain.shared.entity import spoken
from moniqo.domain.shared.errors import (
    AlreadyExists,
    Conflict,
    Fault,
    Invalid,
    NotFound,
    PreconditionFailed,
    StaleVersion,
)


def absent(collection: Collection[Any]) -> NotFound:
    """There is no such row, or not for the caller."""
    return NotFound(f"{spoken(collection.entity)} not found.")


def duplicate(collection: Collection[Any], fields: tuple[str, ...]) -> AlreadyExists:
    """A live row with these fields' values exists."""
    named = " and ".join(fields)
    kind = spoken(collection.entity)
    return AlreadyExists(
        f"{kind} with this {named} exists already.",
        faults=tuple(Fault(field, "is taken") for field in fields),
    )


def dangling(collection: Collection[Any], field: str) -> Invalid:
    """The field refers to nothing."""
    kind = spoken(collection.entity)
    return Invalid(
        f"{kind}: {field} refers to nothing that exists.",
        faults=(Fault(field, "refers to nothing that exists"),),
    )


def stale(collection: Collection[Any]) -> StaleVersion:
    """The row has another version than expected, or is gone."""
    kind = spoken(collection.entity)
    return StaleVersion(f"{kind} was changed by somebody else meanwhile.")


def referred(collection: Collection[Any]) -> Conflict:
    """A row that others refer to was to be deleted for good."""
    kind = spoken(collection.entity)
    return Conflict(f"{kind} is still referred to.")


def unmet() -> PreconditionFailed:
    """The caller wants to change a version of something else than what is changed."""
    return PreconditionFailed("If-Match does not name what is changed.")


def outdated(collection: Collection[Any]) -> PreconditionFailed:
    """The caller wants to change a version that is not the current one."""
    kind = spoken(collection.entity)
    return PreconditionFailed(f"{kind} is not at the version that the request names.")
