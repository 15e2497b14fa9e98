"""Entities as BSON documents: ids, instants, decimals and nested values in its own types.

`_id` is the entity's id. A free object is kept as JSON text, and a mapping as a list of
pairs, because BSON gives a meaning to keys with `$` and `.` in them. Both are exact.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from bson import Decimal128

from moniqo.adapters.codec import Codec, Convert, Leaf, Leaves
from moniqo.adapters.persistence.blanks import blanks
from moniqo.domain.shared.entity import Entity
from moniqo.domain.shared.scalar import Scalar
from moniqo.domain.shared.schema import remembered
from moniqo.domain.shared.types import JsonObject

Document = dict[str, Any]

_LEAVES: Leaves = {
    UUID: Leaf(),
    datetime: Leaf(None, lambda value: value.replace(tzinfo=UTC)),
    Decimal: Leaf(Decimal128, lambda value: value.to_decimal()),
    int: Leaf(None, int),  # the driver reads 64-bit numbers as a class of its own
    JsonObject: Leaf(lambda value: json.dumps(dict(value)), json.loads),
    Mapping: Leaf(lambda mapping: [[*pair] for pair in mapping.items()], dict),
}
_CODEC = Codec(_LEAVES, trusted=True)


def document_of(entity: Entity) -> Document:
    """What is stored for `entity`."""
    document: Document = _CODEC.encode(type(entity), entity)
    document["_id"] = document.pop("id")
    return document


@remembered
def reader(entity: type, without: tuple[str, ...] = ()) -> Convert:
    """What makes entities of this type from stored documents, less the fields that were not read.

    Those have their defaults.
    """
    decode: Any = _CODEC.decoder(entity)
    empty = blanks(entity, without)
    unread = dict.fromkeys(without)

    def read(document: Document) -> Any:
        document["id"] = document.pop("_id")
        if not without:
            return decode(document)
        return decode(document | unread).stamped(**empty)

    return read


def stored_value(value: object) -> Any:
    """One value, given in a condition, as documents hold it."""
    if isinstance(value, Scalar):
        return stored_value(value.value)
    if isinstance(value, Enum):
        return value.value
    return Decimal128(value) if isinstance(value, Decimal) else value


def key_of(field: str) -> str:
    """The name under which documents hold a field."""
    return "_id" if field == "id" else field
