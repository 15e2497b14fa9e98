"""A mail service that does not answer is left alone for a while."""

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil

from moniqo.application.mail.ports import Mail, Mailer
from moniqo.application.shared.system import Clock
from moniqo.domain.shared.errors import Unavailable

logger = logging.getLogger(__name__)

FAILURES = 5
"""So many in a row, and nobody waits for it any more."""
PAUSE = timedelta(seconds=30)


@dataclass(slots=True)
class BreakingMailer:
    """See `Mailer`. After `FAILURES` in a row every mail is refused at once for `PAUSE`.

    Then one is tried; the others wait for how that goes. A service that says itself when it has
    time again is not down.
    """

    mailer: Mailer
    clock: Clock
    _failures: int = field(default=0, init=False)
    _closed_until: datetime | None = field(default=None, init=False)

    async def send(self, mail: Mail, *, key: str) -> None:
        """See `Mailer`."""
        self._pass()
        try:
            await self.mailer.send(mail, key=key)
        except Unavailable as problem:
            if problem.retry_after is None:
                self._count()
            raise
        self._failures, self._closed_until = 0, None

    async def probe(self) -> str:
        """See `Mailer`."""
        return await self.mailer.probe()

    def _pass(self) -> None:
        now = self.clock.now()
        if self._closed_until is None:
            return
        if now < self._closed_until:
            wait = ceil((self._closed_until - now).total_seconds())
            raise Unavailable("The mail service does not answer.", retry_after=wait)
        self._closed_until = now + PAUSE

    def _count(self) -> None:
        self._failures += 1
        if self._failures >= FAILURES:
            self._closed_until = self.clock.now() + PAUSE
            logger.warning("mail service does not answer", extra={"failures": self._failures})
