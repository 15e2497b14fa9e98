"""A pause before what need not happen at once."""

import asyncio
import random
from contextlib import suppress
from typing import NewType

Haste = NewType("Haste", asyncio.Event)
"""Set while somebody waits for everything to be done: then nobody takes their time."""


class Unhurried:
    """Takes its time: so many seconds, drawn anew each time between `least` and `most`.

    As the first of an event's reactions it keeps what the others do out of the time of the next
    answer, where somebody could see it. In `haste` it returns at once.
    """

    def __init__(self, haste: Haste, *, least: float, most: float) -> None:
        self._haste, self._bounds = haste, (least, most)

    async def __call__(self, *_about: object) -> None:
        """Wait."""
        seconds = random.uniform(*self._bounds)  # noqa: S311  (a pause, no secret)
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._haste.wait()
