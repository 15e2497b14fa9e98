"""Several checks of one input, so that all that is wrong is told at once."""

from collections.abc import Callable
from typing import TypeVar

from moniqo.domain.shared.errors import Fault, Invalid, WeakPassword

T = TypeVar("T")


class Faults:
    """Runs checks one after the other and keeps what each finds wrong."""

    def __init__(self) -> None:
        self.found: list[Fault] = []
        self._weak_only = True

    def collect(self, check: Callable[[], T]) -> T | None:
        """What the check answers; None once it raised `Invalid`."""
        try:
            return check()
        except Invalid as problem:
            self.found += problem.faults
            self._weak_only &= isinstance(problem, WeakPassword)
            return None

    def summed_up(self) -> Invalid:
        """The one error; `WeakPassword` if nothing else was wrong."""
        if self._weak_only:
            return WeakPassword("The password is too weak.", faults=tuple(self.found))
        return Invalid("Some fields are at fault.", faults=tuple(self.found))
