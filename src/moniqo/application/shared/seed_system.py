"""What must be there before anybody can use the system."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

Seeder = Callable[[], Awaitable[None]]
"""Makes what is missing, and only that: running it again, or twice at once, changes nothing."""


@dataclass(frozen=True, slots=True)
class SeedSystem:
    """Run every seeder in order, at each start; later ones may build on earlier ones."""

    seeders: tuple[Seeder, ...]

    async def __call__(self) -> None:
        """Make what is missing."""
        for seeder in self.seeders:
            await seeder()
