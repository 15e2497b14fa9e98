"""Values as they are shown, where that is not as they are."""

from typing import TypeVar

from moniqo.domain.shared.entity import Value
from moniqo.domain.shared.schema import schema

V = TypeVar("V")


def view(kind: type[V], of: Value, **derived: object) -> V:
    """A `kind`, a dataclass with fields of the value's and those that are `derived` from it."""
    own = (field.name for field in schema(kind) if field.name not in derived)
    return kind(**{name: getattr(of, name) for name in own}, **derived)
