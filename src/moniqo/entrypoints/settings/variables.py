"""The variables that the settings are read from, derived from the settings themselves."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from msgspec import Meta

from moniqo.domain.shared.scalar import Secret
from moniqo.domain.shared.schema import schema
from moniqo.entrypoints.settings.model import Settings
from moniqo.entrypoints.settings.values import KeyRing


@dataclass(frozen=True, slots=True)
class Variable:
    """One setting: its variable, its type, what it means, and its default as text."""

    name: str
    annotation: Any
    bare: Any
    meaning: str
    default: str


@dataclass(frozen=True, slots=True)
class Group:
    """Settings that belong together: a field of `Settings`."""

    name: str
    kind: type
    title: str
    variables: tuple[Variable, ...]


@cache
def groups() -> tuple[Group, ...]:
    """All settings in order."""
    return tuple(
        Group(field.name, field.type, (field.type.__doc__ or "").strip(), _variables(field.type))
        for field in schema(Settings)
    )


def variables() -> Iterator[Variable]:
    """Every variable of every group."""
    for group in groups():
        yield from group.variables


def _variables(kind: type) -> tuple[Variable, ...]:
    defaults = kind()
    hints = get_type_hints(kind, include_extras=True)
    found = []
    for field in schema(kind):
        default = as_text(getattr(defaults, field.name))
        annotation = hints[field.name]
        meaning = _meaning(annotation)
        found.append(Variable(field.name.upper(), annotation, field.type, meaning, default))
    return tuple(found)


def _meaning(annotation: Any) -> str:
    if get_origin(annotation) is Annotated:
        for item in get_args(annotation):
            if isinstance(item, Meta) and item.description:
                return item.description
    raise TypeError(f"a setting of type {annotation} does not say what it means")


def as_text(value: object) -> str:
    """A setting's value as its variable would say it, secrets in clear."""
    if value is None:
        return ""
    if isinstance(value, KeyRing):
        return ",".join(f"{key.id}:{key.secret.value}" for key in value.keys)
    if isinstance(value, Secret):
        return value.value
    if isinstance(value, Enum):
        return str(value.value)
    return str(value).lower() if isinstance(value, bool) else str(value)
