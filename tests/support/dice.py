"""Chance that a test decides."""

from dataclasses import dataclass


@dataclass
class Dice:
    """See `Randomness`: always the same fraction, and tokens that count."""

    falls: float = 0
    drawn: int = 0

    def token(self) -> str:
        """See `Randomness`."""
        self.drawn += 1
        return f"token-{self.drawn}".ljust(43, "0")

    def fraction(self) -> float:
        """See `Randomness`."""
        return self.falls
