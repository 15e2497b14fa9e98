"""Deleting for good what nobody can use any more."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.query import Condition, Listing, any_of, either, is_null, lt
from moniqo.application.shared.system import Clock
from moniqo.domain.audit.outbox_event import OutboxEvent
from moniqo.domain.identity.attempts import Attempts
from moniqo.domain.identity.mail_token import MailToken
from moniqo.domain.identity.session import Session
from moniqo.domain.notifications.mailed_notice import MailedNotice
from moniqo.domain.operations.task import Task, TaskStatus
from moniqo.domain.shared.entity import Entity
from moniqo.domain.shared.idempotency_record import IdempotencyRecord

KEPT = timedelta(days=7)
"""How long what is over can still be looked at."""
AT_ONCE = 1_000
"""Rows of one transaction."""
DEVICES_KNOWN = timedelta(days=90)
"""How long a session that is over still tells that its device is no new one."""
_ENDED_WELL = (TaskStatus.SUCCEEDED, TaskStatus.CANCELLED)


@dataclass(frozen=True, slots=True)
class CleanUp:
    """Purge what is over: sessions, mailed tokens, repeated answers, counters, events, tasks.

    With events goes what was decided about their mails. Parked events and tasks that failed stay:
    somebody has to look at them. It may run at any time, in any number of processes at once.
    """

    uow: UnitOfWork
    clock: Clock

    async def __call__(self) -> dict[str, int]:
        """Answers how many rows went, by the name of the entity."""
        over = _over(self.clock.now())
        return {entity.__name__: await self._purged(entity, *over[entity]) for entity in over}

    async def _purged(self, entity: type[Entity], *where: Condition) -> int:
        """However much it is: no transaction keeps others waiting or takes too long for a store."""
        gone, following = 0, Listing(where, limit=1, offset=AT_ONCE, include_deleted=True)
        while True:
            async with self.uow() as tx:
                rest = (await tx[entity].page(following)).items
                gone += await tx[entity].purge(*where, *(lt("id", row.id) for row in rest))
            if not rest:
                return gone


def _over(now: datetime) -> Mapping[type[Entity], tuple[Condition, ...]]:
    past, unknown = now - KEPT, now - DEVICES_KNOWN
    return {
        IdempotencyRecord: (lt("expires_at", now),),
        MailToken: (lt("expires_at", past),),
        Session: (either(lt("expires_at", unknown), lt("revoked_at", unknown)),),
        Attempts: (
            lt("window_start", past),
            either(is_null("locked_until"), lt("locked_until", past)),
        ),
        OutboxEvent: (lt("done_at", past),),
        Task: (any_of("status", _ENDED_WELL), lt("finished_at", past)),
        MailedNotice: (lt("created_at", past),),
    }
