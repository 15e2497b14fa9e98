"""Telling events to whoever reacts to them."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.query import Listing, either, is_null, lt
from moniqo.application.shared.retrying import RetryTerms, reason_of
from moniqo.application.shared.system import Clock, Randomness
from moniqo.domain.audit.outbox_event import OutboxEvent
from moniqo.domain.shared.decoding import decode
from moniqo.domain.shared.errors import StaleVersion, Undeliverable
from moniqo.domain.shared.event import Event
from moniqo.domain.shared.ids import OutboxEventId

Reaction = Callable[[Any, OutboxEventId], Awaitable[None]]
"""Takes an event and its id. It may be called again with the same: then it changes nothing.

Raises `Undeliverable` if it would never succeed.
"""
Reactions = Mapping[type[Event], tuple[Reaction, ...]]
"""Who reacts to what, in order: one that fails keeps those after it waiting."""

RELAY_OUTBOX = "relay_outbox"
"""The name by which the outbox is looked after."""
_AT_ONCE = 100
"""Rows that are read at once."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RelayTerms(RetryTerms):
    """`at_once` are told at the same time; what was tried in vain so often is parked.

    Who told one may be lost: after `lease` somebody else takes it.
    """

    at_once: int = 8

    @property
    def lease(self) -> timedelta:
        """Longer than the limit, by the time that it takes to write down how it went."""
        return self.limit + timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class RelayOutbox:
    """Tell every event that is due, oldest first, to the reactions registered for its kind.

    Each is told at least once, by whichever relay claims it first, several at the same time: a
    slow one holds up no other. One whose reaction fails is tried again later and later, then
    parked: never told again by itself, with its last error for operators to see. One that nobody
    reacts to is done at once.
    """

    uow: UnitOfWork
    clock: Clock
    randomness: Randomness
    reactions: Reactions
    terms: RelayTerms = field(default_factory=RelayTerms)

    async def __call__(self) -> int:
        """Answers how many events are done now."""
        waiting = deque(await self._due())
        reading = asyncio.Lock()
        at_once = min(self.terms.at_once, len(waiting))
        tellers = (self._tell_all(waiting, reading) for _ in range(at_once))
        # All of them end, whatever happens to one: no mail is cut off because of another.
        counts = await asyncio.gather(*tellers, return_exceptions=True)
        for problem in counts:
            if isinstance(problem, BaseException):
                raise problem
        return sum(count for count in counts if isinstance(count, int))

    async def _tell_all(self, waiting: deque[OutboxEvent], reading: asyncio.Lock) -> int:
        done = 0
        while event := await self._next(waiting, reading):
            done += await self._tell(event)
        return done

    async def _next(self, waiting: deque[OutboxEvent], reading: asyncio.Lock) -> OutboxEvent | None:
        async with reading:
            if not waiting:
                waiting.extend(await self._due())
            return waiting.popleft() if waiting else None

    async def _due(self) -> tuple[OutboxEvent, ...]:
        free = either(is_null("lease_until"), lt("lease_until", self.clock.now()))
        where = (is_null("done_at"), is_null("parked_at"), free)
        async with self.uow() as tx:
            listing = Listing(where=where, sort=("occurred_at",), limit=_AT_ONCE)
            return (await tx[OutboxEvent].page(listing)).items

    async def _tell(self, event: OutboxEvent) -> bool:
        told = False
        # Somebody else's claim, or somebody else's taking over what took too long, wins.
        with suppress(StaleVersion):
            until = self.clock.now() + self.terms.lease
            claimed = await self._save(event.claimed(until=until))
            outcome = await self._outcome(claimed)
            await self._save(outcome)
            told = outcome.done_at is not None
        return told

    async def _save(self, event: OutboxEvent) -> OutboxEvent:
        async with self.uow() as tx:
            return await tx[OutboxEvent].save(event)

    async def _outcome(self, claimed: OutboxEvent) -> OutboxEvent:
        if claimed.attempts > self.terms.attempts:
            # Nobody came to the end of the last one: it kills whoever tells it.
            return self._failed(claimed, RuntimeError("It was begun too often."))
        try:
            async with asyncio.timeout(self.terms.limit.total_seconds()):
                await self._react(claimed)
        except Exception as problem:  # noqa: BLE001  (whatever it is, the others are told)
            return self._failed(claimed, problem)
        return claimed.done(self.clock.now())

    def _failed(self, claimed: OutboxEvent, problem: Exception) -> OutboxEvent:
        now, reason = self.clock.now(), reason_of(problem)
        if isinstance(problem, Undeliverable) or claimed.attempts >= self.terms.attempts:
            about = {"event_name": claimed.name, "event_id": str(claimed.id), "reason": reason}
            logger.error("event parked", extra=about)
            return claimed.parked(reason, now)
        pause = self.terms.pause(claimed.attempts, problem, self.randomness.fraction())
        return claimed.failed(reason, retry_at=now + pause)

    async def _react(self, claimed: OutboxEvent) -> None:
        for kind, reactions in self.reactions.items():
            if kind.__name__ == claimed.name:
                event = decode(kind, dict(claimed.payload))
                for reaction in reactions:
                    await reaction(event, claimed.id)
