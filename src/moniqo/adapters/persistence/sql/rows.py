"""Entities to rows and back, compiled once per collection and dialect."""

import json
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from moniqo.adapters.codec import Codec, Convert, Leaves, assembler
from moniqo.adapters.persistence.blanks import blanks
from moniqo.adapters.persistence.collection import Collection
from moniqo.adapters.persistence.sql.tables import is_nested
from moniqo.adapters.persistence.sql.values import NESTED, json_text
from moniqo.domain.shared.schema import Field

Encode = Callable[[Any], list[Any]]
Decode = Callable[[Sequence[Any]], Any]


class Rows:
    """How entities of one collection become rows and rows entities, in the order of its fields.

    `encode_filled` makes the id and what filling write-once fields changes, in this order.
    """

    def __init__(self, collection: Collection[Any], leaves: Leaves) -> None:
        codec = Codec(leaves, trusted=True)
        fields = tuple(collection.fields.values())
        self.encode = _encoder([(field.name, _to_column(codec, field)) for field in fields])
        filled = [collection.fields[name] for name in ("id", *collection.filled)]
        self.encode_filled = _encoder([(field.name, _to_column(codec, field)) for field in filled])
        self.decode = _decoder(collection, [_from_column(codec, field) for field in fields])
        self.decoder = lru_cache(self._without)
        self._collection = collection

    def _without(self, names: tuple[str, ...]) -> Decode:
        """What reads rows in which the columns of those fields are null, unread."""
        if not names:
            return self.decode
        empty = blanks(self._collection.entity, names)
        return lambda row: self.decode(row).stamped(**empty)


def _to_column(codec: Codec, field: Field) -> Convert | None:
    if not is_nested(field.type):
        return codec.encoder(field.type)
    convert = NESTED.encoder(field.type)
    return json_text if convert is None else lambda value: json_text(convert(value))


def _from_column(codec: Codec, field: Field) -> Convert | None:
    if not is_nested(field.type):
        return codec.decoder(field.type)
    convert = NESTED.decoder(field.type)
    return json.loads if convert is None else lambda text: convert(json.loads(text))


def _encoder(plan: list[tuple[str, Convert | None]]) -> Encode:
    def encode(entity: Any) -> list[Any]:
        row = []
        for name, convert in plan:
            value = getattr(entity, name)
            row.append(value if value is None or convert is None else convert(value))
        return row

    return encode


def _decoder(collection: Collection[Any], converts: list[Convert | None]) -> Decode:
    converting = [(at, convert) for at, convert in enumerate(converts) if convert is not None]
    made = assembler(collection.entity, tuple(collection.fields))

    def decode(row: Sequence[Any]) -> Any:
        # A row may have further columns at its end.
        values = list(row)
        for at, convert in converting:
            value = values[at]
            if value is not None:
                values[at] = convert(value)
        return made(values)

    return decode
