"""What tells a port to the outside world from one to this very process."""

from typing import Protocol


class Outside(Protocol):
    """Base of ports whose calls leave the process for somebody else's machine.

    They are slow, may fail half-way and cannot be rolled back: no unit of work is open while
    one is called.
    """
