"""The driver's exceptions as our own."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from bson.errors import InvalidDocument
from pymongo.errors import BulkWriteError, ConnectionFailure, OperationFailure, PyMongoError

from moniqo.adapters.persistence.collection import Collection
from moniqo.adapters.persistence.mongo.cancellation import heeded
from moniqo.adapters.persistence.violations import duplicate, stale
from moniqo.domain.shared.errors import AppError, Invalid, StaleVersion, Unavailable

_DUPLICATE = 11000
_TOO_LARGE = 10334
_CONFLICT = "TransientTransactionError"
_UNSTORABLE = "A value is larger or other than what can be stored."


@contextmanager
def translated(collection: Collection[Any] | None = None) -> Iterator[None]:
    """Let no exception of the driver out of the block, and no cancellation get lost in it."""
    try:
        with heeded():
            yield
    except PyMongoError as error:
        raise meaning(error, collection) from error
    except (InvalidDocument, UnicodeError, OverflowError) as error:
        raise Invalid(_UNSTORABLE) from error


def meaning(error: PyMongoError, collection: Collection[Any] | None) -> AppError:
    """What went wrong, in the port's terms."""
    if isinstance(error, ConnectionFailure):
        return Unavailable("MongoDB does not answer.")
    details = _details(error)
    if collection is not None and details.get("code") == _DUPLICATE:
        fields = ("id" if key == "_id" else key for key in details.get("keyPattern", {}))
        return duplicate(collection, tuple(fields))
    if error.has_error_label(_CONFLICT):
        return stale(collection) if collection else StaleVersion("Changed meanwhile.")
    if details.get("code") == _TOO_LARGE:
        return Invalid(_UNSTORABLE)
    reason = details.get("codeName") or type(error).__name__
    return Unavailable(f"MongoDB refused: {reason}.")


def _details(error: PyMongoError) -> Mapping[str, Any]:
    found = (error.details or {}) if isinstance(error, OperationFailure) else {}
    if isinstance(error, BulkWriteError) and found.get("writeErrors"):
        return found["writeErrors"][0]  # type: ignore[no-any-return]
    return found
