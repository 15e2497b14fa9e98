"""Example values: by a field's name where the name says what is meant, else by its type."""

from collections.abc import Callable, Mapping
from dataclasses import is_dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any, get_args, get_origin
from uuid import UUID

from moniqo.domain.shared.scalar import Scalar, scalar_type
from moniqo.domain.shared.schema import Field, peel, plain, schema
from moniqo.domain.shared.types import JsonObject
from moniqo.entrypoints.http.openapi.example_values import BY_KIND, BY_NAME, IDENTITY, INSTANT
from moniqo.entrypoints.http.shapes import shown

_BY_TYPE: Mapping[Any, Any] = {
    str: "text",
    bool: True,
    int: 1,
    float: 1.25,
    UUID: IDENTITY,
    datetime: INSTANT,
    Decimal: "12.5",
}


def sent_example(kind: type) -> dict[str, Any]:
    """A payload with what must be there."""
    return {field.told: _field(field, sent_example) for field in schema(kind) if field.required}


def shown_example(annotation: Any) -> Any:
    """An answer with everything that can be there."""
    return _value(annotation, _shown_object)


def _shown_object(kind: type) -> dict[str, Any]:
    known = BY_KIND.get(kind, {})
    return {
        field.told: known[field.told] if field.told in known else _field(field, _shown_object)
        for field in shown(kind)
    }


def field_example(field: Field) -> Any:
    """A value that is sent as this field, a query parameter say."""
    return _field(field, sent_example)


def _field(field: Field, of_object: Callable[[type], Any]) -> Any:
    bare = plain(field.type)
    if field.told in BY_NAME and not _is_composite(bare):
        return BY_NAME[field.told]
    return _value(field.type, of_object)


def _is_composite(bare: Any) -> bool:
    return isinstance(bare, type) and is_dataclass(bare) and not issubclass(bare, Scalar)


def _value(annotation: Any, of_object: Callable[[type], Any]) -> Any:
    bare = peel(annotation)[0]
    if bare is JsonObject:
        return {}
    bare = plain(bare)
    origin = get_origin(bare)
    if origin in (tuple, frozenset):
        return [_value(get_args(bare)[0], of_object)]
    if origin is not None:
        return {"USDT": _value(get_args(bare)[1], of_object)}
    if bare in _BY_TYPE:
        return _BY_TYPE[bare]
    if issubclass(bare, Enum):
        return next(iter(bare)).value
    if issubclass(bare, Scalar):
        return _value(scalar_type(bare), of_object)
    return of_object(bare)
