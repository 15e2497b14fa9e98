"""What bounds calls: how many there may be, and how often one has its effect."""

from collections.abc import AsyncIterator
from datetime import timedelta

from dishka import Provider, Scope, provide

from moniqo.adapters.limits.counts import Counts
from moniqo.adapters.limits.fallback import FallbackCounts
from moniqo.adapters.limits.redis_windows import redis_windows
from moniqo.adapters.limits.sliding_window import SlidingWindow
from moniqo.adapters.limits.two_windows import TwoWindows
from moniqo.application.operations.answer_once import AnswerOnce
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.system import Clock, Ids
from moniqo.entrypoints.settings import Settings


class Limits(Provider):
    """The general limit, by Redis where there is one; answers that are given again."""

    scope = Scope.APP

    @provide
    def answer_once(
        self, uow: UnitOfWork, clock: Clock, ids: Ids, settings: Settings
    ) -> AnswerOnce:
        """Answers are kept for `IDEMPOTENCY_HOURS`."""
        lifetime = timedelta(hours=settings.http.idempotency_hours)
        return AnswerOnce(uow, clock, ids, lifetime)

    @provide
    async def counts(self, settings: Settings) -> AsyncIterator[Counts]:
        """With `REDIS_URL` all processes count together, otherwise each of `WORKERS` its part."""
        limits, url = settings.limits, settings.storage.redis_url
        limit = limits.rate_limit_per_minute
        part = SlidingWindow(TwoWindows(), max(limit // limits.workers, 1))
        if url is None:
            yield part
            return
        async with redis_windows(url.value) as windows:
            counts = FallbackCounts(windows, limit, part)
            yield counts
            await counts.close()
