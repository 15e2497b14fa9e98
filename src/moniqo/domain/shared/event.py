"""What happened, told to the rest of the system by way of the outbox."""

from dataclasses import dataclass
from typing import ClassVar

from moniqo.domain.shared.entity import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Event(Value):
    """Base of all events: frozen, named in the past tense, stored with the change itself.

    An `unhurried` one is told at a moment of chance, so that what follows from it is not seen in
    the time of the next answer.
    """

    unhurried: ClassVar[bool] = False
