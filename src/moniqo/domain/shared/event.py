"""What happened, told to the rest of the system by way of the outbox."""

from dataclasses import dataclass

from moniqo.domain.shared.entity import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Event(Value):
    """Base of all events: frozen, named in the past tense, stored with the change itself."""
