"""JSON Schema keywords for atoms and for the rules of their annotations."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from moniqo.domain.shared.rules import JsonSize, Length, Pattern, Range, Rule

Schema = dict[str, Any]
_EXACT = r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?$"
ATOMS: Mapping[Any, Schema] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer", "format": "int64"},
    float: {"type": "number"},
    UUID: {"type": "string", "format": "uuid"},
    datetime: {"type": "string", "format": "date-time"},
    Decimal: {"type": "string", "format": "decimal", "pattern": _EXACT},
}
SENT_DECIMAL: Schema = {**ATOMS[Decimal], "type": ["string", "number"]}


def _length(rule: Length, kind: object) -> Schema:
    unit = "Length" if kind == "string" else "Items"
    most = {f"max{unit}": rule.most} if rule.most < Length().most else {}
    return {f"min{unit}": rule.least, **most}


def _range(rule: Range, kind: object) -> Schema:
    names = {"exclusiveMinimum": rule.above, "minimum": rule.least, "maximum": rule.most}
    bounds = {name: bound for name, bound in names.items() if bound is not None}
    if kind == "integer":
        return {name: int(bound) for name, bound in bounds.items()}
    # JSON Schema bounds numbers alone, and decimals mostly come as texts.
    told = {"exclusiveMinimum": "Above", "minimum": "At least", "maximum": "At most"}
    return {"description": ", ".join(f"{told[name]} {bound}" for name, bound in bounds.items())}


def _json_size(rule: JsonSize, _kind: object) -> Schema:
    return {"description": f"At most {rule.most} bytes as JSON."}


def _pattern(rule: Pattern, _kind: object) -> Schema:
    return {"pattern": f"^(?:{rule.expression})$", "description": f"Must be {rule.meaning}."}


_OF: Mapping[type, Callable[[Any, object], Schema]] = {
    Length: _length,
    Range: _range,
    Pattern: _pattern,
    JsonSize: _json_size,
}


def ruled(schema: Schema, rules: Iterable[Rule]) -> Schema:
    """The schema with what the rules say."""
    found = dict(schema)
    for rule in rules:
        describe = _OF.get(type(rule))
        if describe is not None:
            found |= describe(rule, schema.get("type"))
    return found


def nullable(schema: Schema) -> Schema:
    """The same, or null."""
    kind = schema.get("type")
    if kind is None:
        return {"anyOf": [schema, {"type": "null"}]}
    kinds = kind if isinstance(kind, list) else [kind]
    return {**schema, "type": [*kinds, "null"]}
