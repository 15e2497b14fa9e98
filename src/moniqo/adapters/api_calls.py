"""API calls counted in the process and stored in batches, and one by one where few are left."""

import asyncio
import logging
from contextlib import suppress
from contextvars import Context
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from moniqo.adapters.usages import store_within, unused
from moniqo.application.billing.subscribing import plans_in_force
from moniqo.application.shared.conflicts import settled
from moniqo.application.shared.persistence import Transaction, UnitOfWork
from moniqo.application.shared.query import Listing, any_of, eq
from moniqo.application.shared.system import Clock, Ids
from moniqo.domain.billing.plan import Resource
from moniqo.domain.billing.usage import Usage, period_start, quota_exceeded
from moniqo.domain.shared.ids import UserId

TOGETHER = 50
"""Users whose calls are stored in one transaction."""
_CALLS = Resource.API_CALLS_PER_DAY
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CallTerms:
    """Calls are stored `every` so many seconds: with the time that it takes, less than one.

    Where no more than `few_left` are left of a limit, each is stored before it goes on: more than
    a user makes elsewhere meanwhile. Counts of so many users are `remembered`.
    """

    every: float = 0.5
    few_left: int = 100
    remembered: int = 10_000


@dataclass(slots=True)
class _Tally:
    """What is known of a user's calls of a day: in the store, since then, on their way there."""

    stored: Decimal
    limit: Decimal | None
    counted: int = 0
    sending: int = 0
    revision: int = 0

    @property
    def total(self) -> Decimal:
        return self.stored + self.waiting

    @property
    def waiting(self) -> int:
        return self.counted + self.sending

    def has_left(self, more_than: int) -> bool:
        return self.limit is None or self.limit - self.total > more_than

    def learn(self, usage: Usage, limit: Decimal | None, revision: int) -> None:
        """Take over what the store knows, as it was read when this was at that revision."""
        self.limit = limit
        if self.revision == revision and not self.sending:
            # What was stored meanwhile may or may not be in what was read.
            self.stored = usage.used


@dataclass(frozen=True, slots=True)
class _Counts:
    """What the store knows of one day's calls."""

    uow: UnitOfWork
    clock: Clock
    ids: Ids
    day: datetime

    async def read(self, user_id: UserId) -> tuple[Usage, Decimal | None]:
        """What is stored for a user, and the limit in force."""
        async with self.uow() as tx:
            ((usage, limit),) = await self._present(tx, [user_id])
        return usage, limit

    async def take(self, user_id: UserId, tally: _Tally) -> tuple[Usage, Decimal | None]:
        """Store a call if there is one left of the limit in force; raises `QuotaExceeded`."""
        return await settled(lambda: self._take(user_id, tally), in_turn=(self.day, user_id))

    async def _take(self, user_id: UserId, tally: _Tally) -> tuple[Usage, Decimal | None]:
        async with self.uow() as tx:
            ((usage, limit),) = await self._present(tx, [user_id])
            known = usage.used + tally.waiting
            if limit is not None and known >= limit:
                raise quota_exceeded(_CALLS, limit, known)
            taken = await store_within(tx, usage.taken(Decimal(1), limit), limit)
        return taken, limit

    async def add(self, calls: dict[UserId, int]) -> dict[UserId, tuple[Decimal, Decimal | None]]:
        """Store calls, as far as the limits in force go; answers counts and limits after it."""
        return await settled(lambda: self._add(calls))

    async def _add(self, calls: dict[UserId, int]) -> dict[UserId, tuple[Decimal, Decimal | None]]:
        found = {}
        async with self.uow() as tx:
            # Always in the same order, so that two processes do not wait for each other.
            for usage, limit in await self._present(tx, sorted(calls)):
                more = usage.counted(Decimal(calls[usage.user_id]), limit)
                after = more if more == usage else await store_within(tx, more, limit)
                found[usage.user_id] = (after.used, limit)
        return found

    async def _present(
        self, tx: Transaction, user_ids: list[UserId]
    ) -> list[tuple[Usage, Decimal | None]]:
        plans = await plans_in_force(tx, user_ids, self.clock.now())
        these = (any_of("user_id", tuple(user_ids)), eq("resource", _CALLS))
        where = (*these, eq("period_start", self.day))
        page = await tx[Usage].page(Listing(where=where, limit=len(user_ids)))
        known = {usage.user_id: usage for usage in page.items}
        return [
            (
                known.get(user_id) or unused(self.ids, user_id, _CALLS, self.day),
                plans[user_id].limit_of(_CALLS),
            )
            for user_id in user_ids
        ]


class BatchedApiCalls:
    """See `ApiCalls`. Writes nothing while a call waits; reads at the first one of a day.

    Where few are left it writes at each, so that as many pass as are left, wherever they come;
    where none is it reads at each, so that another plan holds at once.
    """

    def __init__(
        self, uow: UnitOfWork, clock: Clock, ids: Ids, terms: CallTerms | None = None
    ) -> None:
        self._uow, self._clock, self._ids = uow, clock, ids
        self._terms = terms or CallTerms()
        self._tallies: dict[tuple[datetime, UserId], _Tally] = {}
        self._closing = asyncio.Event()
        self._flushing: asyncio.Task[None] | None = None

    async def count(self, user_id: UserId) -> None:
        """See `ApiCalls`."""
        key = (period_start(_CALLS, self._clock.now()), user_id)
        tally = self._tallies.get(key) or await self._refreshed(key, None)
        if not tally.has_left(self._terms.few_left):
            before = tally.revision
            tally.learn(*await self._counts(key[0]).take(user_id, tally), before)
            return
        tally.counted += 1
        if self._flushing is None:
            # Not in the name of whoever happens to call just now.
            self._flushing = asyncio.create_task(self._flush_later(), context=Context())

    async def used(self, user_id: UserId) -> Decimal:
        """See `ApiCalls`."""
        key = (period_start(_CALLS, self._clock.now()), user_id)
        return (await self._refreshed(key, self._tallies.get(key))).total

    async def close(self) -> None:
        """Store what is left. Nothing is to be counted afterwards."""
        self._closing.set()
        if self._flushing is not None:
            await self._flushing
        await self._flush()

    async def _refreshed(self, key: tuple[datetime, UserId], known: _Tally | None) -> _Tally:
        before = known.revision if known else 0
        usage, limit = await self._counts(key[0]).read(key[1])
        if len(self._tallies) >= self._terms.remembered:
            self._forget()
        tally = self._tallies.setdefault(key, known or _Tally(usage.used, limit))
        tally.learn(usage, limit, before)
        return tally

    async def _flush_later(self) -> None:
        while not self._closing.is_set() and self._waiting():
            with suppress(TimeoutError):
                async with asyncio.timeout(self._terms.every):
                    await self._closing.wait()
            await self._flush()
        self._flushing = None

    def _waiting(self) -> list[tuple[datetime, UserId]]:
        return [key for key, tally in self._tallies.items() if tally.counted]

    async def _flush(self) -> None:
        days: dict[datetime, list[UserId]] = {}
        for day, user_id in self._waiting():
            days.setdefault(day, []).append(user_id)
        for day, users in days.items():
            for at in range(0, len(users), TOGETHER):
                await self._send(day, users[at : at + TOGETHER])
        self._forget()

    async def _send(self, day: datetime, users: list[UserId]) -> None:
        tallies = {user_id: self._tallies[day, user_id] for user_id in users}
        for tally in tallies.values():
            tally.sending, tally.counted = tally.counted, 0
        try:
            stored = await self._counts(day).add({it: tallies[it].sending for it in users})
        except Exception:
            # The next time, then: whoever calls meanwhile is counted on top.
            logger.exception("API calls could not be stored")
            for tally in tallies.values():
                tally.counted, tally.sending = tally.counted + tally.sending, 0
            return
        for user_id, tally in tallies.items():
            tally.stored, tally.limit = stored[user_id]
            tally.sending = 0
            tally.revision += 1

    def _forget(self) -> None:
        today = period_start(_CALLS, self._clock.now())
        idle = [key for key, tally in self._tallies.items() if not tally.waiting]
        beyond = len(self._tallies) - self._terms.remembered
        for number, key in enumerate(idle):
            if key[0] < today or number < beyond:
                del self._tallies[key]

    def _counts(self, day: datetime) -> _Counts:
        return _Counts(self._uow, self._clock, self._ids, day)
