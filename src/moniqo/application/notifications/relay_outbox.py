"""Telling events to whoever reacts to them."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.query import Listing, either, is_null, lt
from moniqo.application.shared.system import Clock
from moniqo.domain.audit.outbox_event import OutboxEvent
from moniqo.domain.shared.decoding import decode
from moniqo.domain.shared.errors import StaleVersion
from moniqo.domain.shared.event import Event
from moniqo.domain.shared.ids import OutboxEventId

Reaction = Callable[[Any, OutboxEventId], Awaitable[None]]
"""Takes an event and its id. It may be called again with the same: then it changes nothing."""

LEASE = timedelta(minutes=1)
"""How long one event may take before somebody else tries."""
MOST_ATTEMPTS = 8
_FIRST_PAUSE = timedelta(seconds=5)
_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class RelayOutbox:
    """Tell every event that is due, oldest first, to the reactions registered for its kind.

    Each is told at least once, by whichever relay claims it first. One whose reaction fails is
    tried again later and later; after `MOST_ATTEMPTS` it is parked: never told again by itself,
    with its last error for operators to see. One that nobody reacts to is done at once.
    """

    uow: UnitOfWork
    clock: Clock
    reactions: Mapping[type[Event], tuple[Reaction, ...]]

    async def __call__(self) -> int:
        """Answers how many events are done now."""
        done = 0
        while due := await self._due():
            for event in due:
                done += await self._tell(event)
        return done

    async def _due(self) -> tuple[OutboxEvent, ...]:
        free = either(is_null("lease_until"), lt("lease_until", self.clock.now()))
        where = (is_null("done_at"), lt("attempts", MOST_ATTEMPTS), free)
        async with self.uow() as tx:
            listing = Listing(where=where, sort=("occurred_at",), limit=_AT_ONCE)
            return (await tx[OutboxEvent].page(listing)).items

    async def _tell(self, event: OutboxEvent) -> bool:
        told = False
        # Somebody else's claim, or somebody else's taking over what took too long, wins.
        with suppress(StaleVersion):
            claimed = await self._save(event.claimed(until=self.clock.now() + LEASE))
            outcome = await self._outcome(claimed)
            await self._save(outcome)
            told = outcome.done_at is not None
        return told

    async def _save(self, event: OutboxEvent) -> OutboxEvent:
        async with self.uow() as tx:
            return await tx[OutboxEvent].save(event)

    async def _outcome(self, claimed: OutboxEvent) -> OutboxEvent:
        try:
            await self._react(claimed)
        except Exception as problem:  # noqa: BLE001  (whatever it is, the others are told)
            pause: timedelta = _FIRST_PAUSE * 2 ** (claimed.attempts - 1)
            error = f"{type(problem).__name__}: {problem}"
            return claimed.failed(error, retry_at=self.clock.now() + pause)
        return claimed.done(self.clock.now())

    async def _react(self, claimed: OutboxEvent) -> None:
        for kind, reactions in self.reactions.items():
            if kind.__name__ == claimed.name:
                event = decode(kind, dict(claimed.payload))
                for reaction in reactions:
                    await reaction(event, claimed.id)
