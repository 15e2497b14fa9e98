"""Sort orders and the opaque cursors that continue them."""

import base64
import json
from functools import lru_cache
from typing import Any

from moniqo.adapters.codec import JSON_LEAVES, Codec
from moniqo.adapters.persistence.collection import Collection
from moniqo.domain.shared.decoding import decode as strict
from moniqo.domain.shared.entity import BOOKKEEPING, Entity
from moniqo.domain.shared.errors import Invalid
from moniqo.domain.shared.rules import stored_fault
from moniqo.domain.shared.scalar import Scalar
from moniqo.domain.shared.schema import Field

Sort = tuple[tuple[str, bool], ...]
_CODEC = Codec(JSON_LEAVES)


@lru_cache(maxsize=1024)
def parse_sort(names: tuple[str, ...]) -> Sort:
    """(field, descending) pairs from `("-created_at", "name")`, ending with the id."""
    sort = tuple((name.removeprefix("-"), name.startswith("-")) for name in names)
    return sort if any(field == "id" for field, _ in sort) else (*sort, ("id", False))


def encode(collection: Collection[Any], sort: Sort, last: Entity) -> str:
    """The cursor that goes on after `last`."""
    values = [
        _CODEC.encode(collection.fields[field].type, value)
        if (value := getattr(last, field)) is not None
        else None
        for field, _ in sort
    ]
    text = json.dumps([[list(item) for item in sort], values], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(collection: Collection[Any], sort: Sort, cursor: str | None) -> tuple[Any, ...] | None:
    """The sort values of the last row seen; raises `Invalid` unless made for this order."""
    if cursor is None:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        made_for, values = json.loads(base64.urlsafe_b64decode(padded.encode("ascii")))
        if made_for != [list(item) for item in sort]:
            raise ValueError("made for another order")
        return tuple(
            _value(collection.fields[field], value)
            for (field, _), value in zip(sort, values, strict=True)
        )
    except (ValueError, TypeError, RecursionError) as error:
        raise Invalid.field("cursor", "is not a cursor of this list") from error


def _value(field: Field, data: object) -> Any:
    """A sort value read strictly: a cursor comes from outside, whatever it once was."""
    if data is None and (field.optional or field.name in BOOKKEEPING):
        return None
    value = strict(field.type, data)
    if stored_fault(value.value if isinstance(value, Scalar) else value):
        raise ValueError("beyond what is stored")
    return value
