"""The end of subscriptions whose time is over."""

from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from moniqo.application.billing.subscribing import fall_back
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.query import Listing, eq, lt
from moniqo.application.shared.system import Clock, Ids
from moniqo.domain.billing.subscription import Subscription, SubscriptionStatus
from moniqo.domain.shared.errors import AlreadyExists, StaleVersion

_AT_ONCE = 100
_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class ExpireSubscriptions:
    """End every subscription whose `end_date` has come; the default plan holds from then on.

    Its limits have not held since that date anyway: this is what the history says of it. Each
    is ended in a transaction of its own, by whoever comes first.
    """

    uow: UnitOfWork
    clock: Clock
    ids: Ids

    async def __call__(self) -> int:
        """Answers how many have ended."""
        now = self.clock.now()
        return sum([await self._end(found, now) async for found in self._due(now)])

    async def _due(self, now: datetime) -> AsyncIterator[Subscription]:
        # The end itself is past already: a subscription holds before its `end_date`.
        where = (eq("status", SubscriptionStatus.ACTIVE), lt("end_date", now + _MILLISECOND))
        cursor, more = None, True
        while more:
            listing = Listing(where=where, sort=("end_date",), limit=_AT_ONCE, cursor=cursor)
            async with self.uow() as tx:
                page = await tx[Subscription].page(listing)
            for found in page.items:
                yield found
            cursor, more = page.next_cursor, page.has_more

    async def _end(self, found: Subscription, now: datetime) -> bool:
        # Whoever changed it meanwhile has ended it.
        with suppress(StaleVersion, AlreadyExists):
            async with self.uow() as tx:
                ended = await tx[Subscription].save(found.ended(now))
                await fall_back(tx, self.ids, ended, now)
            return True
        return False
