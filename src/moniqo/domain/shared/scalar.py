"""Validated single values: normalised and checked in one place, stored as the bare value."""

from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar, get_args, get_origin

from moniqo.domain.shared.errors import Fault, Invalid
from moniqo.domain.shared.rules import Rule, text_fault
from moniqo.domain.shared.schema import remembered

T = TypeVar("T")


@dataclass(frozen=True, slots=True, order=True)
class Scalar(Generic[T]):
    """A value with a rule. Equal by value and class; encoded as the bare value.

    `rules` hold for the normalised value; the OpenAPI description reads them too.
    """

    rules: ClassVar[tuple[Rule, ...]] = ()

    value: T

    def __post_init__(self) -> None:
        value = self.normalise(self.value)
        found = (rule.fault(value) for rule in self.rules)
        message = text_fault(value) if isinstance(value, str) else None
        message = message or next(filter(None, found), None)
        if message is not None:
            raise Invalid(f"{type(self).__name__} {message}.", faults=(Fault("", message),))
        object.__setattr__(self, "value", value)

    @classmethod
    def normalise(cls, value: T) -> T:
        """The canonical form of `value`; raises `Invalid` if it has none."""
        return value

    def __str__(self) -> str:
        return str(self.value)


class Secret(Scalar[str]):
    """Text that no response, log line or audit row may hold: encoders refuse it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(***)"

    def __str__(self) -> str:
        return "***"


@remembered
def scalar_type(scalar: type[Scalar[Any]]) -> Any:
    """The type of a scalar's bare value (str for `Email`)."""
    for ancestor in scalar.__mro__:
        for base in getattr(ancestor, "__orig_bases__", ()):
            if get_origin(base) is Scalar:
                return get_args(base)[0]
    raise TypeError(f"{scalar.__name__} does not say what it holds")
