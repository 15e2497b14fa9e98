"""What bounds calls: how many there may be, and how often one has its effect."""

from collections.abc import AsyncIterator
from datetime import timedelta

from dishka import Provider, Scope, provide

from moniqo.adapters.limits.counts import Counts
from moniqo.adapters.limits.fallback import FallbackCounts
from moniqo.adapters.limits.redis_windows import redis_windows
from moniqo.adapters.limits.shared_windows import SharedWindows
from moniqo.adapters.limits.sliding_window import SlidingWindow
from moniqo.adapters.limits.two_windows import TwoWindows
from moniqo.adapters.persistence.backend import Backend
from moniqo.adapters.persistence.skew import SkewAlarm
from moniqo.application.operations.answer_once import AnswerOnce
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.system import Clock, Ids
from moniqo.entrypoints.settings import Settings


class Limits(Provider):
    """The general limit, by Redis where there is one; answers that are given again; clocks."""

    scope = Scope.APP

    @provide
    def answer_once(
        self, uow: UnitOfWork, clock: Clock, ids: Ids, settings: Settings
    ) -> AnswerOnce:
        """Answers are kept for `IDEMPOTENCY_HOURS`."""
        lifetime = timedelta(hours=settings.http.idempotency_hours)
        return AnswerOnce(uow, clock, ids, lifetime)

    @provide
    def skew_alarm(self, backend: Backend, clock: Clock, settings: Settings) -> SkewAlarm:
        """By `MAX_CLOCK_SKEW_SECONDS`."""
        return SkewAlarm(backend, clock, timedelta(seconds=settings.http.max_clock_skew_seconds))

    @provide
    async def shared_windows(self, settings: Settings) -> AsyncIterator[SharedWindows]:
        """In Redis, by `REDIS_URL`."""
        url = settings.storage.redis_url
        if url is None:
            yield SharedWindows(None)
            return
        async with redis_windows(url.value) as windows:
            yield SharedWindows(windows)

    @provide
    async def counts(self, settings: Settings, shared: SharedWindows) -> AsyncIterator[Counts]:
        """With `REDIS_URL` all processes count together, otherwise each of `WORKERS` its part."""
        limits = settings.limits
        limit = limits.rate_limit_per_minute
        part = SlidingWindow(TwoWindows(), max(limit // limits.workers, 1))
        if shared.windows is None:
            yield part
            return
        counts = FallbackCounts(shared.windows, limit, part)
        yield counts
        await counts.close()
