"""The mark of a port that reaches out of this system."""

from typing import Protocol


class Outside(Protocol):
    """Base of ports whose calls leave the system; never awaited inside a unit of work."""
