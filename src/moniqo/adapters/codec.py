"""Typed values to plain ones and back, compiled once per type from its annotations.

What an atom (an id, an instant, a decimal) becomes is a table of leaves; storage backends,
audit rows, outbox payloads and HTTP answers differ in that table alone.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, is_dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, get_args, get_origin
from uuid import UUID

from moniqo.domain.shared.decimals import canonical
from moniqo.domain.shared.scalar import Scalar, Secret, scalar_type
from moniqo.domain.shared.schema import Field, peel, plain, schema
from moniqo.domain.shared.types import JsonObject

Convert = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Leaf:
    """How one type of atom is written and read; None leaves it as it is."""

    encode: Convert | None = None
    decode: Convert | None = None


def instant_text(value: datetime) -> str:
    """RFC 3339 in UTC with milliseconds and `Z`."""
    return value.astimezone(UTC).isoformat(timespec="milliseconds")[:23] + "Z"


def instant(text: str) -> datetime:
    """The UTC instant that `instant_text` wrote."""
    return datetime.fromisoformat(text).astimezone(UTC)


Leaves = Mapping[Any, Leaf]
"""What each type of atom becomes; `JsonObject` and `Mapping` (after its values) may be in it."""

JSON_LEAVES: Leaves = {
    UUID: Leaf(str, UUID),
    datetime: Leaf(instant_text, instant),
    Decimal: Leaf(canonical, Decimal),
}


_OBJECT = Leaf(dict)


class SecretRefused(TypeError):
    """A type that holds a secret was about to be encoded where secrets may not go."""


class Codec:
    """Encoders and decoders for one table of leaves.

    Without `secrets`, a type that holds a `Secret` anywhere raises `SecretRefused` when its
    encoder is made, before any value is touched. A `trusted` one decodes what this program
    itself has stored, without checking rules again: see `assembler`. A `telling` one only
    encodes, for others: fields by the names that are told.
    """

    def __init__(
        self,
        leaves: Leaves,
        *,
        secrets: bool = True,
        trusted: bool = False,
        telling: bool = False,
    ) -> None:
        self._leaves = leaves
        self._secrets = secrets
        self._trusted = trusted
        self._telling = telling
        self.encoder = cache(self._encoder)
        self.decoder = cache(self._decoder)

    def encode(self, annotation: Any, value: object) -> Any:
        """`value`, of the annotated type, as plain data."""
        convert = self.encoder(annotation)
        return convert(value) if convert else value

    def decode(self, annotation: Any, value: object) -> Any:
        """Plain data that `encode` made, as the annotated type."""
        convert = self.decoder(annotation)
        return convert(value) if convert else value

    def _encoder(self, annotation: Any) -> Convert | None:
        bare, optional, _ = peel(annotation)
        convert = self._bare_encoder(bare)
        if convert is None or not optional:
            return convert
        return lambda value: None if value is None else convert(value)

    def _bare_encoder(self, bare: Any) -> Convert | None:
        if bare is JsonObject:
            return self._leaves.get(JsonObject, _OBJECT).encode
        bare = plain(bare)
        origin = get_origin(bare)
        if origin is not None:
            return self._collection_encoder(origin, get_args(bare))
        if bare in self._leaves:
            return self._leaves[bare].encode
        if not isinstance(bare, type):
            raise TypeError(f"cannot store a field of type {bare}")
        if issubclass(bare, Enum):
            return lambda value: value.value
        if issubclass(bare, Scalar):
            return self._scalar_encoder(bare)
        if is_dataclass(bare):
            return self._object_encoder(bare)
        return None

    def _scalar_encoder(self, bare: type[Scalar[Any]]) -> Convert:
        if issubclass(bare, Secret) and not self._secrets:
            raise SecretRefused(f"{bare.__name__} is a secret")
        inner = self.encoder(scalar_type(bare))
        if inner is None:
            return lambda scalar: scalar.value
        return lambda scalar: inner(scalar.value)

    def _collection_encoder(self, origin: Any, arguments: tuple[Any, ...]) -> Convert:
        if origin in (tuple, frozenset):
            item = self.encoder(arguments[0])
            if item is None:
                return list
            return lambda values: [item(value) for value in values]
        value_of = self.encoder(arguments[1])
        close = self._leaves.get(Mapping, _OBJECT).encode or dict
        if value_of is None:
            return close
        return lambda mapping: close({key: value_of(value) for key, value in mapping.items()})

    def _object_encoder(self, owner: type) -> Convert:
        plan = [
            (field.told if self._telling else field.name, field.name, self.encoder(field.type))
            for field in self._encoded(owner)
        ]

        def encode(value: object) -> dict[str, Any]:
            result = {}
            for key, name, convert in plan:
                item = getattr(value, name)
                result[key] = item if item is None or convert is None else convert(item)
            return result

        return encode

    def _encoded(self, owner: type) -> Iterable[Field]:
        """The fields of a dataclass that are written."""
        return schema(owner)

    def _decoder(self, annotation: Any) -> Convert | None:
        bare, optional, _ = peel(annotation)
        convert = self._bare_decoder(bare)
        if convert is None or not optional:
            return convert
        return lambda value: None if value is None else convert(value)

    def _bare_decoder(self, bare: Any) -> Convert | None:
        if bare is JsonObject:
            return self._leaves.get(JsonObject, _OBJECT).decode
        bare = plain(bare)
        origin = get_origin(bare)
        if origin is not None:
            return self._collection_decoder(origin, get_args(bare))
        if bare in self._leaves:
            return self._leaves[bare].decode
        if not isinstance(bare, type):
            raise TypeError(f"cannot read a field of type {bare}")
        if issubclass(bare, Enum):
            return bare
        if issubclass(bare, Scalar):
            return self._scalar_decoder(bare)
        if is_dataclass(bare):
            return self._object_decoder(bare)
        return None

    def _scalar_decoder(self, bare: type[Scalar[Any]]) -> Convert:
        inner = self.decoder(scalar_type(bare))
        if not self._trusted:
            return bare if inner is None else lambda value: bare(inner(value))
        made = assembler(bare, ("value",))
        return lambda value: made((value if inner is None else inner(value),))

    def _collection_decoder(self, origin: Any, arguments: tuple[Any, ...]) -> Convert:
        if origin in (tuple, frozenset):
            item = self.decoder(arguments[0])
            if item is None:
                return origin  # type: ignore[no-any-return]
            return lambda values: origin(map(item, values))
        value_of = self.decoder(arguments[1])
        opened = self._leaves.get(Mapping, _OBJECT).decode or dict
        if value_of is None:
            return opened
        return lambda stored: {key: value_of(value) for key, value in opened(stored).items()}

    def _object_decoder(self, owner: type) -> Convert:
        plan = [(field.name, self.decoder(field.type)) for field in schema(owner)]
        made = assembler(owner, tuple(name for name, _ in plan)) if self._trusted else None

        def decode(document: Mapping[str, Any]) -> Any:
            values = {}
            for name, convert in plan:
                if name in document:
                    item = document[name]
                    values[name] = item if item is None or convert is None else convert(item)
            if made is None or len(values) < len(plan):
                return owner(**values)
            return made(values.values())

        return decode


def assembler(owner: type, names: tuple[str, ...]) -> Convert:
    """Makes instances of a slotted dataclass from the values of all its fields, unchecked.

    For what was checked when it was stored: fast, and a rule that has become stricter since
    does not make old rows unreadable. They meet it when they are changed.
    """
    new: Callable[[type], Any] = object.__new__
    puts = [getattr(owner, name).__set__ for name in names]

    def made(values: Iterable[Any]) -> Any:
        instance = new(owner)
        for put, value in zip(puts, values, strict=False):
            put(instance, value)
        return instance

    return made
