"""What takes a store too long, told in the log without any value."""

import logging
from dataclasses import dataclass

logger = logging.getLogger("moniqo.store")
_LONGEST = 2000


@dataclass(frozen=True, slots=True)
class SlowQueries:
    """Whatever takes longer than `seconds` is told."""

    seconds: float

    def took(self, statement: str, seconds: float) -> None:
        """Note a statement, with places for values but none of them, and how long it took."""
        if seconds >= self.seconds:
            told = {"statement": statement[:_LONGEST], "milliseconds": round(seconds * 1000)}
            logger.warning("A slow query.", extra=told)
