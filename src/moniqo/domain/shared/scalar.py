"""Validated single values: normalised and checked in one place, stored as the bare value."""

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True, order=True)
class Scalar(Generic[T]):
    """A value with a rule. Equal by value and class; encoded as the bare value."""

    value: T

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", self.normalise(self.value))

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
