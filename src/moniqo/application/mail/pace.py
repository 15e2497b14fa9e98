"""How many mails about notifications go out at once; what comes beyond is held for a digest."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from moniqo.application.identity.throttle import attempts_of, keep
from moniqo.application.shared.conflicts import settled
from moniqo.application.shared.persistence import Transaction, UnitOfWork
from moniqo.application.shared.query import eq
from moniqo.application.shared.system import Clock, Ids
from moniqo.application.shared.tasks import TaskQueue, Wanted
from moniqo.domain.identity.attempts import Attempts
from moniqo.domain.notifications.mailed_notice import MailedNotice
from moniqo.domain.shared.errors import AlreadyExists, StaleVersion
from moniqo.domain.shared.ids import OutboxEventId, UserId
from moniqo.domain.shared.types import JsonObject

MAIL_DIGEST = "mail_digest"
"""The kind of task that has a digest mailed."""
WINDOW = timedelta(hours=1)
_COUNTER = "notice_mail"


@dataclass(frozen=True, slots=True)
class PaceTerms:
    """So many go `at_once` within an hour that begins with the first."""

    at_once: int = 5


@dataclass(frozen=True, slots=True)
class Pace:
    """Counts mails for each user, and has the digest mailed when the hour is over.

    Every count, beyond the limit too, writes the counter: so nothing is added to a digest after
    `close` has ended its hour, whichever clocks the two went by.
    """

    uow: UnitOfWork
    clock: Clock
    ids: Ids
    queue: TaskQueue
    terms: PaceTerms

    async def admits(self, user_id: UserId, event_id: OutboxEventId) -> bool:
        """Whether the mail about this event goes out at once; always the same for an event."""
        turn = await settled(
            lambda: self._turn(user_id, event_id), again_on=(StaleVersion, AlreadyExists)
        )
        return turn.goes_out

    async def _turn(self, user_id: UserId, event_id: OutboxEventId) -> MailedNotice:
        now = self.clock.now()
        async with self.uow() as tx:
            known = await tx[MailedNotice].first(eq("id", event_id))
            if known is not None:
                return known
            counter = (await self._counter(tx, user_id)).counted(now, WINDOW)
            await keep(tx, counter)
            held = counter.count > self.terms.at_once
            digest_at = counter.window_start + WINDOW if held else None
            if digest_at is not None:
                await self.queue.add(tx, _wanted(user_id, digest_at))
            turn = MailedNotice(id=event_id, user_id=user_id, digest_at=digest_at)
            return await tx[MailedNotice].add(turn)

    async def close(self, tx: Transaction, user_id: UserId, digest_at: datetime) -> None:
        """End the hour of the digest: what is counted after this begins the next one."""
        counter = await self._counter(tx, user_id)
        if counter.count and counter.window_start + WINDOW <= digest_at:
            await keep(tx, counter.cleared())

    async def _counter(self, tx: Transaction, user_id: UserId) -> Attempts:
        return await attempts_of(tx, self.ids, _COUNTER, str(user_id), self.clock.now())


def _wanted(user_id: UserId, digest_at: datetime) -> Wanted:
    # The next hour's is another one, even if this hour's is not finished by then.
    payload = JsonObject({"user_id": str(user_id), "digest_at": digest_at.isoformat()})
    key = f"{user_id} {digest_at.isoformat()}"
    return Wanted(MAIL_DIGEST, payload=payload, dedupe_key=key, due_at=digest_at)
