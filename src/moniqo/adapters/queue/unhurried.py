"""A pause before what need not happen at once."""

import asyncio
import random


class Unhurried:
    """Takes its time: so many seconds, drawn anew each time between `least` and `most`.

    As the first of an event's reactions it keeps what the others do out of the time of the next
    answer, where somebody could see it.
    """

    def __init__(self, *, least: float, most: float) -> None:
        self._bounds = least, most

    async def __call__(self, *_about: object) -> None:
        """Wait."""
        await asyncio.sleep(random.uniform(*self._bounds))  # noqa: S311  (a pause, no secret)
