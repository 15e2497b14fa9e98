"""Schemas of what is sent and of what is answered, from the same annotations that rule both."""

import inspect
from collections.abc import Callable, Iterable
from dataclasses import is_dataclass
from decimal import Decimal
from enum import Enum
from typing import Any, get_args, get_origin

from moniqo.adapters.codec import JSON_LEAVES, Codec
from moniqo.domain.shared.rules import Rule
from moniqo.domain.shared.scalar import Scalar, Secret, scalar_type
from moniqo.domain.shared.schema import Field, peel, plain, schema
from moniqo.domain.shared.types import JsonObject
from moniqo.entrypoints.http.openapi.keywords import ATOMS, SENT_DECIMAL, Schema, nullable, ruled
from moniqo.entrypoints.http.shapes import shown

_CODEC = Codec(JSON_LEAVES, secrets=False, telling=True)


class Schemas:
    """Collects the components that schemas refer to, and beside them those of responses."""

    def __init__(self) -> None:
        self.components: dict[str, Schema] = {}
        self.responses: dict[str, Any] = {}
        self._owners: dict[str, object] = {}

    def payload(self, kind: type) -> Schema:
        """A request body."""
        return self._component(kind.__name__, kind, lambda: self._sent_object(kind))

    def changes(self, kind: type) -> Schema:
        """A request body with any of the payload's fields."""
        return self._component(
            f"{kind.__name__}Changes", (kind, "changes"), lambda: self._changed_object(kind)
        )

    def sent(self, annotation: Any) -> Schema:
        """A value that is sent."""
        return self._of(annotation, self._sent_component, SENT_DECIMAL)

    def answered(self, annotation: Any) -> Schema:
        """A value that is answered."""
        return self._of(annotation, self._shown_component, ATOMS[Decimal])

    def _component(self, name: str, owner: object, make: Callable[[], Schema]) -> Schema:
        if name not in self.components:
            self._owners[name] = owner
            self.components[name] = {}
            self.components[name] = make()
        if self._owners[name] != owner:
            raise TypeError(f"two schemas want to be called {name}")
        return {"$ref": f"#/components/schemas/{name}"}

    def _of(self, annotation: Any, component: Callable[[type], Schema], exact: Schema) -> Schema:
        bare, optional, rules = peel(annotation)
        found = ruled(self._bare(bare, component, exact), rules)
        return nullable(found) if optional else found

    def _bare(self, bare: Any, component: Callable[[type], Schema], exact: Schema) -> Schema:
        if bare is JsonObject:
            return {"type": "object", "additionalProperties": True}
        bare = plain(bare)
        if get_origin(bare) is not None:
            return self._collection(bare, component, exact)
        if bare is Decimal:
            return exact
        if bare in ATOMS:
            return ATOMS[bare]
        if issubclass(bare, Enum):
            return self._component(bare.__name__, bare, lambda: _enumeration(bare))
        if issubclass(bare, Scalar):
            return self._scalar(bare, component, exact)
        owner: type = bare
        if is_dataclass(bare):
            return component(owner)
        raise TypeError(f"cannot describe {bare}")

    def _collection(self, bare: Any, component: Callable[[type], Schema], exact: Schema) -> Schema:
        origin, arguments = get_origin(bare), get_args(bare)
        if origin in (tuple, frozenset):
            items = self._of(arguments[0], component, exact)
            unique = {"uniqueItems": True} if origin is frozenset else {}
            return {"type": "array", "items": items, **unique}
        values = self._of(arguments[1], component, exact)
        return {"type": "object", "additionalProperties": values}

    def _scalar(
        self, bare: type[Scalar[Any]], component: Callable[[type], Schema], exact: Schema
    ) -> Schema:
        rules: Iterable[Rule] = getattr(bare, "rules", ())
        found = ruled(self._of(scalar_type(bare), component, exact), rules)
        if issubclass(bare, Secret):
            return {**found, "format": "password", "writeOnly": True}
        return found

    def _sent_component(self, kind: type) -> Schema:
        name = f"{kind.__name__}Input"
        return self._component(name, (kind, "sent"), lambda: self._sent_object(kind))

    def _shown_component(self, kind: type) -> Schema:
        name = kind.__name__
        return self._component(name, (kind, "shown"), lambda: self._shown_object(kind))

    def _sent_object(self, kind: type) -> Schema:
        fields = schema(kind)
        required = [field.told for field in fields if field.required]
        properties = {field.told: _with_default(self.sent_field(field), field) for field in fields}
        return {
            **_object(kind, properties),
            **({"required": required} if required else {}),
            "additionalProperties": False,
        }

    def _changed_object(self, kind: type) -> Schema:
        properties = {field.told: self.sent_field(field) for field in schema(kind)}
        return {**_object(kind, properties), "additionalProperties": False}

    def _shown_object(self, kind: type) -> Schema:
        fields = shown(kind)
        properties = {
            field.told: nullable(self.answered(field.type))
            if field.optional
            else self.answered(field.type)
            for field in fields
        }
        return {**_object(kind, properties), "required": [field.told for field in fields]}

    def sent_field(self, field: Field) -> Schema:
        """A field of a payload, or a query parameter."""
        found = ruled(self.sent(field.type), field.rules)
        return nullable(found) if field.optional else found


def _object(kind: type, properties: dict[str, Schema]) -> Schema:
    told = inspect.cleandoc(kind.__doc__ or "")
    return {"type": "object", "description": told, "properties": properties}


def _enumeration(kind: type[Enum]) -> Schema:
    values = [member.value for member in kind]
    return {"type": "string", "description": inspect.cleandoc(kind.__doc__ or ""), "enum": values}


def _with_default(found: Schema, field: Field) -> Schema:
    if field.required or field.default is None:
        return found
    default = field.default() if callable(field.default) else field.default
    return {**found, "default": _CODEC.encode(field.type, default)}
