"""What the annotations of a dataclass say, read once and cached.

Entities, storage, input decoding and the OpenAPI description all derive from this.
"""

from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from moniqo.domain.shared.rules import Rule

F = TypeVar("F", bound=Callable[..., Any])


def remembered(function: F) -> F:
    """`functools.cache` with the signature kept, for functions of types."""
    return cast(F, cache(function))


def told(name: str) -> str:
    """A field's name outside Python: `from_` is `from` there, which Python keeps for itself."""
    return name.removesuffix("_")


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """One field: its type without `None` and rules, and what was taken away.

    It is `name` in Python and in stores, `told` to everybody else. Each is made once, by `schema`,
    and equals itself alone.
    """

    name: str
    type: Any
    optional: bool
    rules: tuple[Rule, ...]
    required: bool
    default: Any

    @property
    def told(self) -> str:
        """The field's name in requests and answers."""
        return told(self.name)


def peel(annotation: Any) -> tuple[Any, bool, tuple[Rule, ...]]:
    """Split an annotation into its bare type, whether None is allowed, and its rules."""
    rules: tuple[Rule, ...] = ()
    optional = False
    while True:
        if get_origin(annotation) is Annotated:
            annotation, *found = get_args(annotation)
            rules += tuple(item for item in found if hasattr(item, "fault"))
        elif get_origin(annotation) in (Union, UnionType):
            members = [member for member in get_args(annotation) if member is not NoneType]
            if len(members) != 1:
                raise TypeError(f"only `X | None` unions are supported, not {annotation}")
            annotation, optional = members[0], True
        else:
            return annotation, optional, rules


def plain(annotation: Any) -> Any:
    """The run-time type behind a NewType (a UUID behind `AgentId`)."""
    while hasattr(annotation, "__supertype__"):
        annotation = annotation.__supertype__
    return annotation


@remembered
def schema(owner: type) -> tuple[Field, ...]:
    """The fields of a dataclass in their order."""
    hints = get_type_hints(owner, include_extras=True)
    found = []
    for item in fields(owner):
        bare, optional, rules = peel(hints[item.name])
        required = item.default is MISSING and item.default_factory is MISSING
        default = item.default if item.default is not MISSING else item.default_factory
        found.append(Field(item.name, bare, optional, rules, required, default))
    return tuple(found)
