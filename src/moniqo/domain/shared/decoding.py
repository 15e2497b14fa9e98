"""Strict decoding of outside data (requests, model answers, configurations) into typed values.

Nothing is coerced: a number is not a text, `true` is not 1, unknown fields are refused, and
every fault is named by its dotted path, not only the first.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import is_dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from functools import partial
from math import inf, isfinite
from typing import Any, TypeVar, get_args, get_origin
from uuid import UUID

from moniqo.domain.shared.decimals import ZERO
from moniqo.domain.shared.errors import Fault, Invalid
from moniqo.domain.shared.rules import MAX_DIGITS, Rule, decimal_fault, integer_fault, text_fault
from moniqo.domain.shared.scalar import Scalar, scalar_type
from moniqo.domain.shared.schema import Field, peel, plain, remembered, schema
from moniqo.domain.shared.types import JsonObject

T = TypeVar("T")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
_MOST_TEXT = 2 * MAX_DIGITS
_MISSING = object()


class _Fault(Exception):
    """A value that cannot be read; carries its faults with paths relative to the value."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__()
        self.faults = faults


def decode(kind: type[T], data: object) -> T:
    """`data` (parsed JSON; numbers as int or Decimal) as `kind`; raises `Invalid`."""
    try:
        return _read(kind, data)  # type: ignore[no-any-return]
    except _Fault as problem:
        raise Invalid.naming("Invalid input", problem.faults) from None


def decode_fields(kind: type, data: object) -> dict[str, Any]:
    """Only those fields of the dataclass `kind` that `data` has, each checked; for patches."""
    try:
        values, faults = _fields(kind, _object(data), some=True)
    except _Fault as problem:
        values, faults = {}, list(problem.faults)
    if faults:
        raise Invalid.naming("Invalid input", faults)
    return values


def exact_numbers(data: Any) -> Any:
    """A free object, list or value with its floats as the decimals that they were written as."""
    if isinstance(data, float):
        return Decimal(str(data))
    if isinstance(data, Mapping):
        return {key: exact_numbers(item) for key, item in data.items()}
    return [exact_numbers(item) for item in data] if isinstance(data, list) else data


def _read(annotation: Any, data: object) -> Any:
    bare, optional, rules = _peeled(annotation)
    if data is None:
        if optional:
            return None
        raise _wrong("must not be null")
    value = _reader(bare)(data)
    # Rules of a field stand on the field; these are those of a collection's items.
    _hold(rules, value)
    return value


_peeled = remembered(peel)


@remembered
def _reader(bare: Any) -> Callable[[object], Any]:
    """What reads a bare type, found once."""
    if bare is JsonObject:
        return lambda data: _free(_object(data))
    bare = plain(bare)
    origin = get_origin(bare)
    if origin is not None:
        return partial(_read_collection, origin, get_args(bare))
    if bare in _ATOMS:
        return _ATOMS[bare]
    if issubclass(bare, Enum):
        return partial(_read_enum, {member.value: member for member in bare})
    if issubclass(bare, Scalar):
        inner = scalar_type(bare)
        return lambda data: _constructed(bare, {"value": _read(inner, data)})
    if isinstance(bare, type) and is_dataclass(bare):
        return partial(_read_object, bare)
    raise TypeError(f"cannot decode {bare}")


def _wrong(message: str) -> _Fault:
    return _Fault(Fault("", message))


def _read_text(data: object) -> str:
    if not isinstance(data, str):
        raise _wrong("must be a text")
    message = text_fault(data)
    if message:
        raise _wrong(message)
    return data


def _read_bool(data: object) -> bool:
    if not isinstance(data, bool):
        raise _wrong("must be true or false")
    return data


def _read_int(data: object) -> int:
    if isinstance(data, bool) or not isinstance(data, int):
        raise _wrong("must be a whole number")
    message = integer_fault(data)
    if message:
        raise _wrong(message)
    return data


def _read_decimal(data: object) -> Decimal:
    if isinstance(data, bool) or not isinstance(data, str | int | Decimal):
        raise _wrong("must be a decimal number, as a text or a number")
    if isinstance(data, str):
        if len(data) > _MOST_TEXT or not _DECIMAL.fullmatch(data):
            raise _wrong("must be a decimal number such as 12.5")
        return _storable(Decimal(data))
    # An integer of thousands of digits is turned away before it costs anything.
    if isinstance(data, int) and abs(data) >= 10**MAX_DIGITS:
        raise _wrong(f"must have at most {MAX_DIGITS} digits")
    return _storable(Decimal(data))


def _storable(value: Decimal) -> Decimal:
    message = decimal_fault(value)
    if message:
        raise _wrong(message)
    return value or ZERO


def _read_uuid(data: object) -> UUID:
    if not isinstance(data, str) or not _UUID.fullmatch(data):
        raise _wrong("must be a UUID")
    return UUID(data)


def _read_instant(data: object) -> datetime:
    text = _read_text(data)
    try:
        instant = datetime.fromisoformat(text)
        if "T" not in text or instant.tzinfo is None:
            raise ValueError("needs date, time and offset")
        instant = instant.astimezone(UTC)
    except (ValueError, OverflowError):
        raise _wrong("must be an RFC 3339 instant such as 2026-01-31T09:00:00Z") from None
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


_ATOMS: dict[Any, Callable[[object], Any]] = {
    str: _read_text,
    bool: _read_bool,
    int: _read_int,
    Decimal: _read_decimal,
    UUID: _read_uuid,
    datetime: _read_instant,
}


def _read_enum(members: Mapping[str, Enum], data: object) -> Enum:
    if not isinstance(data, str) or data not in members:
        raise _wrong(f"must be one of {', '.join(members)}")
    return members[data]


def _read_collection(origin: Any, arguments: tuple[Any, ...], data: object) -> Any:
    if origin in (tuple, frozenset):
        if not isinstance(data, list):
            raise _wrong("must be a list")
        return origin(_each(partial(_read, arguments[0]), enumerate(data)).values())
    return _each(partial(_read, arguments[1]), _texts(_object(data)).items())


def _texts(data: Mapping[str, object]) -> Mapping[str, object]:
    for key in data:
        _read_text(key)
    return data


def _each(read: Callable[[Any], Any], items: Iterable[tuple[Any, Any]]) -> dict[Any, Any]:
    values, faults = {}, []
    for key, item in items:
        try:
            values[key] = read(item)
        except _Fault as problem:
            faults += _below(str(key), problem)
    if faults:
        raise _Fault(*faults)
    return values


def _below(name: str, problem: _Fault) -> list[Fault]:
    return [
        Fault(f"{name}.{item.field}" if item.field else name, item.message)
        for item in problem.faults
    ]


def _object(data: object) -> Mapping[str, object]:
    if not isinstance(data, dict):
        raise _wrong("must be an object")
    return data


def _read_object(kind: type, data: object) -> Any:
    values, faults = _fields(kind, _object(data), some=False)
    if faults:
        raise _Fault(*faults)
    return _constructed(kind, values)


def _fields(
    kind: type, data: Mapping[str, object], *, some: bool
) -> tuple[dict[str, Any], list[Fault]]:
    known = _by_told_name(kind)
    faults = [Fault(name, "is not a known field") for name in data if name not in known]
    values: dict[str, Any] = {}
    for name, field in known.items():
        sent = data.get(name, _MISSING)
        if sent is _MISSING:
            if field.required and not some:
                faults.append(Fault(name, "is required"))
            continue
        try:
            values[field.name] = _read_field(field, sent)
        except _Fault as problem:
            faults += _below(name, problem)
    return values, faults


@remembered
def _by_told_name(kind: type) -> dict[str, Field]:
    return {field.told: field for field in schema(kind)}


def _read_field(field: Field, sent: object) -> Any:
    if sent is None and field.optional:
        return None
    value = _read(field.type, sent)
    _hold(field.rules, value)
    return value


def _hold(rules: Iterable[Rule], value: object) -> None:
    for rule in rules:
        message = rule.fault(value)
        if message:
            raise _wrong(message)


def _constructed(kind: type, values: dict[str, Any]) -> Any:
    try:
        return kind(**values)
    except Invalid as problem:
        faults = problem.faults or (Fault("", problem.message),)
        if issubclass(kind, Scalar):
            faults = tuple(Fault("", item.message) for item in faults)
        raise _Fault(*faults) from None


def _free(data: Any) -> Any:
    """A free object's value: numbers become int or float, everything must be storable.

    A number that a float cannot carry digit for digit is refused: nothing is changed silently,
    and a text holds any number.
    """
    if isinstance(data, dict):
        return _each(_free, _texts(data).items())
    if isinstance(data, list):
        return list(_each(_free, enumerate(data)).values())
    if isinstance(data, str):
        return _read_text(data)
    if isinstance(data, int) and not isinstance(data, bool):
        return _read_int(data)
    if isinstance(data, Decimal):
        return _float(data)
    return data


def _float(data: Decimal) -> float:
    number = float(data) if data.is_finite() else inf
    if not isfinite(number):
        raise _wrong("must be a number that fits 64 bits")
    if Decimal(repr(number)) != data:
        raise _wrong("has more digits than a number can carry here; send it as a text")
    return number
