"""Requests that may come again and have their effect once."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from moniqo.application.shared.persistence import Transaction, UnitOfWork
from moniqo.application.shared.putting_off import PutOff, putting_off
from moniqo.application.shared.query import Condition, eq, lt
from moniqo.application.shared.system import Clock, Ids
from moniqo.domain.shared.errors import (
    AlreadyExists,
    AppError,
    Conflict,
    IdempotencyKeyReused,
    Kind,
    StaleVersion,
)
from moniqo.domain.shared.idempotency_record import IdempotencyRecord, IdempotencyRecordId
from moniqo.domain.shared.types import JsonObject

PATIENCE_SECONDS = 10.0
"""How long a request waits for another one with its key."""
_LONGEST_PAUSE = 0.1


@dataclass(frozen=True, slots=True)
class RepeatableRequest:
    """`scope` says who asks for what, `key` is their own name for it; the digest is its body's."""

    scope: str
    key: str
    body_digest: str


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer that can be given again byte for byte."""

    status: int
    body: str
    headers: Mapping[str, str]
    is_repeated: bool = False


Perform = Callable[[], Awaitable[KeptAnswer]]
Refuse = Callable[[AppError], KeptAnswer]
_PASSING = {Kind.UNAUTHENTICATED, Kind.OUTDATED, Kind.RATE_LIMITED, Kind.UNAVAILABLE}
"""Refusals that are no answer to what was asked for."""


@dataclass(frozen=True, slots=True)
class AnswerOnce:
    """Perform a request unless it was performed before; the first answer is given each time.

    The answer is kept for `lifetime` in the transaction of the effect: both last or neither.
    A refusal is an answer, too, unless it passes by itself: then the request may come again.
    """

    uow: UnitOfWork
    clock: Clock
    ids: Ids
    lifetime: timedelta = timedelta(hours=24)
    patience: float = PATIENCE_SECONDS

    async def __call__(
        self, *, request: RepeatableRequest, perform: Perform, refuse: Refuse
    ) -> KeptAnswer:
        """The answer; `refuse` makes it of a refusal.

        Raises what else `perform` raises, `IdempotencyKeyReused` if the key came with another
        body, `Conflict` if another request with the key does not come to an end.
        """
        deadline = asyncio.get_running_loop().time() + self.patience
        while True:
            known = await self._known(request)
            if known is not None:
                return known
            try:
                return await self._first(request, perform, refuse)
            except _Overtaken:
                if asyncio.get_running_loop().time() > deadline:
                    raise _busy() from None
            # Spread by chance, so that those who met once do not meet again.
            await asyncio.sleep(random.uniform(0, _LONGEST_PAUSE))  # noqa: S311  (guards nothing)

    async def _known(self, request: RepeatableRequest) -> KeptAnswer | None:
        async with self.uow() as tx:
            found = await tx[IdempotencyRecord].first(*_named(request))
        if found is None or found.expires_at < self.clock.now():
            return None
        if found.body_digest != request.body_digest:
            raise IdempotencyKeyReused("This idempotency key came with another request body.")
        headers = {name: str(value) for name, value in found.headers.items()}
        return KeptAnswer(found.status, found.response, headers, is_repeated=True)

    async def _first(
        self, request: RepeatableRequest, perform: Perform, refuse: Refuse
    ) -> KeptAnswer:
        work, known = PutOff(), None
        token = putting_off.set(work)
        try:
            answer = await perform()
        except AppError as refusal:
            # A refusal may have ended a unit of work that is to last: that one was its own.
            await self._settled(work)
            known = await self._known(request)
            if known is None and _passes(refusal):
                raise
            answer = known or refuse(refusal)
        except BaseException:
            await work.rollback()
            raise
        finally:
            putting_off.reset(token)
        if known is None:
            await self._kept(work, partial(self._keep, request, answer))
        return answer

    async def _settled(self, work: PutOff) -> None:
        """Commit what a refused request wrote."""
        try:
            await work.commit()
        except (AlreadyExists, StaleVersion):
            raise _Overtaken from None
        if work.failed:
            raise _Overtaken

    async def _kept(self, work: PutOff, keep: Callable[[Transaction], Awaitable[None]]) -> None:
        """Commit what the request wrote, with its answer."""
        try:
            if work.failed:
                await work.rollback()
                raise _Overtaken
            async with asyncio.timeout(self.patience):
                if not await work.commit(keep):
                    # Nothing was written, or all of it is committed.
                    async with self.uow() as tx:
                        await keep(tx)
        except (AlreadyExists, StaleVersion):
            raise _Overtaken from None
        except TimeoutError:
            raise _busy() from None

    async def _keep(self, request: RepeatableRequest, answer: KeptAnswer, tx: Transaction) -> None:
        # One that is over makes way.
        await tx[IdempotencyRecord].purge(*_named(request), lt("expires_at", self.clock.now()))
        await tx[IdempotencyRecord].add(
            IdempotencyRecord(
                id=IdempotencyRecordId(self.ids.new()),
                scope=request.scope,
                key=request.key,
                body_digest=request.body_digest,
                status=answer.status,
                response=answer.body,
                headers=JsonObject(dict(answer.headers)),
                expires_at=self.clock.now() + self.lifetime,
            )
        )


class _Overtaken(Exception):
    """Somebody else's work was kept in place of this."""


def _passes(refusal: AppError) -> bool:
    """Whether the same request may be answered otherwise in a moment."""
    passing = refusal.kind in _PASSING or isinstance(refusal, StaleVersion)
    return passing or refusal.retry_after is not None


def _named(request: RepeatableRequest) -> tuple[Condition, ...]:
    return (eq("scope", request.scope), eq("key", request.key))


def _busy() -> Conflict:
    return Conflict("Another request with this idempotency key is still at work.", retry_after=1)
