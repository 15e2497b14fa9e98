"""How often something may be done: counted in the store, so that no lost cache forgets it."""

import hashlib
import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from moniqo.application.shared.conflicts import settled
from moniqo.application.shared.persistence import Transaction, UnitOfWork
from moniqo.application.shared.putting_off import at_once
from moniqo.application.shared.query import eq
from moniqo.application.shared.system import Clock, Ids
from moniqo.domain.identity.attempts import Attempts, AttemptsId
from moniqo.domain.shared.errors import AlreadyExists, RateLimited, StaleVersion
from moniqo.domain.shared.ids import UserId

_MEETING = timedelta(days=1)
"""A counter of those who meet begins anew after so long: nobody reads it."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """So many of a kind for each key, within a window that begins with the first of them."""

    kind: str
    limit: int
    window: timedelta


@dataclass(frozen=True, slots=True)
class Throttle:
    """Counts what is limited. A key need not name anything that exists; only its hash is kept."""

    uow: UnitOfWork
    clock: Clock
    ids: Ids

    async def take(self, allowance: Allowance, key: str) -> None:
        """Count one more in a transaction of its own, which lasts whatever becomes of the request.

        Raises as `take_in` does.
        """
        async with at_once():
            await settled(lambda: self._take(allowance, key))

    async def _take(self, allowance: Allowance, key: str) -> None:
        async with self.uow() as tx:
            await self.take_in(tx, allowance, key)

    async def take_in(self, tx: Transaction, allowance: Allowance, key: str) -> None:
        """Count one more in the caller's transaction, which `settled` repeats.

        Raises `RateLimited`, with the seconds until the window ends, once `limit` are used up;
        what is refused is not counted.
        """
        now = self.clock.now()
        found = await self.present(tx, allowance, key)
        self.require(allowance, found)
        await keep(tx, found.counted(now, allowance.window))

    async def present(self, tx: Transaction, allowance: Allowance, key: str) -> Attempts:
        """The count as it stands; one that was never made begins now."""
        return await attempts_of(tx, self.ids, allowance.kind, key, self.clock.now())

    def require(self, allowance: Allowance, found: Attempts) -> None:
        """Raise `RateLimited` if there is no room for one more."""
        now = self.clock.now()
        if found.used(now, allowance.window) >= allowance.limit:
            wait = found.window_start + allowance.window - now
            raise RateLimited("Too many requests. Try again later.", retry_after=seconds(wait))


async def attempts_of(tx: Transaction, ids: Ids, kind: str, key: str, now: datetime) -> Attempts:
    """The counter of that kind and key; a new one, not stored yet, if there is none."""
    key_hash = hashlib.sha256(key.encode()).hexdigest()
    found = await tx[Attempts].first(eq("kind", kind), eq("key_hash", key_hash))
    return found or Attempts(
        id=AttemptsId(ids.new()), kind=kind, key_hash=key_hash, window_start=now
    )


async def keep(tx: Transaction, found: Attempts) -> Attempts:
    """Store a counter; raises `StaleVersion` if somebody got in between."""
    if found.version:
        return await tx[Attempts].save(found)
    try:
        return await tx[Attempts].add(found)
    except AlreadyExists as rival:
        raise StaleVersion("It was counted by somebody else at the same time.") from rival


async def meet(tx: Transaction, ids: Ids, kind: str, user_id: UserId, now: datetime) -> None:
    """Come before a rule of how many of a kind a user may have is looked at.

    Of those who want one at once all but one raise `StaleVersion`, here; tried again by `settled`
    they find what the others have made.
    """
    await keep(tx, (await attempts_of(tx, ids, kind, str(user_id), now)).counted(now, _MEETING))


def seconds(left: timedelta) -> int:
    """Whole seconds, at least one, for `Retry-After`."""
    return max(1, math.ceil(left.total_seconds()))
