"""Whether this process's clock goes with the store's, by which other processes go, too."""

import logging
from datetime import timedelta

from moniqo.adapters.persistence.backend import Backend
from moniqo.application.shared.system import Clock

logger = logging.getLogger(__name__)


class SkewAlarm:
    """Compares the clocks, and tells the log once they are more than `most` apart."""

    def __init__(self, backend: Backend, clock: Clock, most: timedelta) -> None:
        self._backend, self._clock, self._most = backend, clock, most
        self._is_told = False

    async def agrees(self) -> bool:
        """Whether they tell the same time, as nearly as they need to; raises `Unavailable`."""
        before = self._clock.now()
        theirs = await self._backend.now()
        # The question takes its time: only what is outside of it is told for certain.
        apart = max(before - theirs, theirs - self._clock.now())
        is_apart = apart > self._most
        if is_apart and not self._is_told:
            seconds = round(apart.total_seconds(), 3)
            logger.error("This clock and the store's are apart.", extra={"seconds": seconds})
        elif self._is_told and not is_apart:
            logger.info("This clock and the store's agree again.")
        self._is_told = is_apart
        return not is_apart
