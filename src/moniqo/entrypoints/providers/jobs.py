"""What goes on after the answer, and who does it."""

import asyncio
import os
import secrets
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import timedelta
from typing import NewType

from dishka import AnyOf, AsyncContainer, Provider, Scope, provide
from taskiq import AsyncBroker

from moniqo.adapters.persistence.backend import Backend
from moniqo.adapters.persistence.telling import Bell
from moniqo.adapters.queue.attendants import Attendant, Attendants
from moniqo.adapters.queue.bells import InProcessBell
from moniqo.adapters.queue.doorbell import Doorbell
from moniqo.adapters.queue.kinds import DEFAULT, TaskKind, TaskKinds
from moniqo.adapters.queue.stored import StoredTasks
from moniqo.adapters.queue.unhurried import Haste, Unhurried
from moniqo.adapters.queue.worker import Terms, Worker
from moniqo.application.agents.do_backtest import DoBacktest
from moniqo.application.agents.do_run import DoRun
from moniqo.application.agents.fire_schedules import FireSchedules
from moniqo.application.agents.replay import OnBar
from moniqo.application.agents.start_backtest import RUN_BACKTEST
from moniqo.application.agents.start_run import RUN_FLOW
from moniqo.application.audit.seal_audit import SEAL_AUDIT, SealAudit
from moniqo.application.billing.expire_subscriptions import ExpireSubscriptions
from moniqo.application.files.keeping import SWEEP_ORPHANS
from moniqo.application.files.sweep_files import SweepFiles
from moniqo.application.files.sweep_orphans import SweepOrphans
from moniqo.application.mail.mail_digest import MailDigest
from moniqo.application.mail.pace import MAIL_DIGEST
from moniqo.application.notifications.relay_outbox import RELAY_OUTBOX, RelayOutbox
from moniqo.application.operations.clean_up import CleanUp
from moniqo.application.operations.daily_report import (
    DAILY,
    DAILY_REPORT,
    DailyReport,
    DailyTerms,
)
from moniqo.application.operations.keep_schedules import KeepSchedules, Recurring
from moniqo.application.operations.report_terms import REPORT_USERS, REPORTS
from moniqo.application.operations.report_users import LIMIT, ReportUsers
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.retrying import RetryTerms
from moniqo.application.shared.system import Clock, Ids, Randomness
from moniqo.application.shared.tasks import WORK, TaskContext, TaskHandler, TaskQueue
from moniqo.application.trading.settle_orders import SettleOrders
from moniqo.domain.agents.run import MOST_ATTEMPTS
from moniqo.domain.shared.types import JsonObject
from moniqo.entrypoints.settings import Settings
from moniqo.entrypoints.settings.model import EMBEDDED
from moniqo.entrypoints.settings.values import ConnectionUrl

BACKTESTS = "backtests"
"""The queue of backtests: long, and heavy on the processor."""
QUEUES = {RUN_BACKTEST: BACKTESTS, REPORT_USERS: REPORTS}
LONG = RetryTerms(
    attempts=3 * MOST_ATTEMPTS, limit=timedelta(hours=6), first_pause=timedelta(seconds=2)
)
"""More attempts than runs and backtests allow themselves: each ends as failed before its task."""
RELAYS = 3
"""So many tell events at once, each several: while one waits for a slow mail, others go on."""
WORKED_EVERY = 1.0
"""Seconds after which a task is found whose ringing was lost, or whose worker fell silent."""
LOOKS = 1_000
"""At tasks at once: nearly all of them find every place taken, or nothing to do, and end."""
SECONDS_TO_END = 10
"""How long jobs may go on once the container closes; then they are handed back."""
CLEAN_UP, EXPIRE_SUBSCRIPTIONS, SWEEP_FILES = "clean_up", "expire_subscriptions", "sweep_files"
Look = Callable[[], Awaitable[None]]
Places = NewType("Places", dict[str, int])
"""How many tasks of each queue this process does at once."""


class Jobs(Provider):
    """Tasks, the worker that does them, and everybody else who looks after something."""

    scope = Scope.APP

    @provide
    def on_bar(self) -> OnBar:
        """Nobody watches backtests; commands that do replace it."""
        return lambda _: None

    @provide
    def tasks(self, clock: Clock, ids: Ids) -> TaskQueue:
        """Rows of the store."""
        return StoredTasks(clock, ids, QUEUES)

    @provide
    def places(self, settings: Settings) -> Places:
        """By the settings."""
        jobs = settings.jobs
        return Places(
            {
                DEFAULT: jobs.job_concurrency,
                BACKTESTS: jobs.backtest_concurrency,
                REPORTS: jobs.report_concurrency,
            }
        )

    @provide
    def terms(self, parts: AsyncContainer, places: Places, settings: Settings) -> Terms:
        """What the worker of this process does."""
        lease = timedelta(seconds=settings.jobs.task_lease_seconds)
        return Terms(_kinds(parts), places, worker_name(), lease)

    @provide
    async def worker(
        self, backend: Backend, uow: UnitOfWork, randomness: Randomness, terms: Terms
    ) -> AsyncIterator[Worker]:
        """Done before the store is closed."""
        worker = Worker(backend.tasks(), uow, randomness, terms)
        yield worker
        await worker.close(SECONDS_TO_END)

    @provide
    def recurring(self, daily: DailyTerms) -> Sequence[Recurring]:
        """What is done by the clock, in UTC but for the daily report."""
        return (
            Recurring(CLEAN_UP, "0 * * * *"),
            Recurring(EXPIRE_SUBSCRIPTIONS, "* * * * *"),
            Recurring(SWEEP_FILES, "0 2 * * *"),
            Recurring(DAILY_REPORT, DAILY, daily.zone),
        )

    @provide
    def haste(self) -> Haste:
        """There is none yet."""
        return Haste(asyncio.Event())

    @provide
    def attendants(self, parts: AsyncContainer, settings: Settings, haste: Haste) -> Attendants:
        """Whoever looks after something, wanted late: they may want the bell."""
        every = float(settings.jobs.job_sweep_seconds)
        # Many entries of a busy time are then sealed in one transaction.
        a_moment = Unhurried(haste, least=0.05, most=0.2)

        def by(use_case: type[Callable[[], Awaitable[object]]]) -> Look:
            async def look() -> None:
                await (await parts.get(use_case))()

            return look

        async def seal() -> None:
            await a_moment()
            await (await parts.get(SealAudit))()

        return Attendants(
            {
                WORK: Attendant(by(Worker), WORKED_EVERY, LOOKS),
                RELAY_OUTBOX: Attendant(by(RelayOutbox), every, RELAYS),
                SEAL_AUDIT: Attendant(seal, every),
                SWEEP_ORPHANS: Attendant(by(SweepOrphans), every),
                "fire_schedules": Attendant(by(FireSchedules), every),
                "settle_orders": Attendant(by(SettleOrders), every),
                "keep_schedules": Attendant(by(KeepSchedules), WORKED_EVERY),
            },
            haste,
        )

    @provide
    async def doorbell(
        self,
        parts: AsyncContainer,
        settings: Settings,
        attendants: Attendants,
        _opened_before: Backend,
    ) -> AsyncIterator[AnyOf[Doorbell, Bell]]:
        """By `QUEUE_URL`; silent before the store is closed."""
        is_local = settings.jobs.queue_url == EMBEDDED
        broker = open_bell(settings.jobs.queue_url)
        doorbell = Doorbell(broker, attendants, parts, is_local=is_local)
        yield doorbell
        await doorbell.drain(SECONDS_TO_END)
        await doorbell.close()


def _kinds(parts: AsyncContainer) -> TaskKinds:
    """Each kind of task by the use case that does it, wanted late: it may want the queue."""

    def by(use_case: type[TaskHandler]) -> TaskHandler:
        async def do(context: TaskContext) -> JsonObject | None:
            return await (await parts.get(use_case))(context)

        return do

    def chore(use_case: type[Callable[[], Awaitable[object]]]) -> TaskHandler:
        async def do(_: TaskContext) -> None:
            await (await parts.get(use_case))()

        return do

    return {
        RUN_FLOW: TaskKind(by(DoRun), terms=LONG),
        RUN_BACKTEST: TaskKind(by(DoBacktest), BACKTESTS, LONG),
        REPORT_USERS: TaskKind(by(ReportUsers), REPORTS, RetryTerms(attempts=5, limit=LIMIT)),
        DAILY_REPORT: TaskKind(by(DailyReport), terms=RetryTerms(limit=LIMIT)),
        MAIL_DIGEST: TaskKind(by(MailDigest)),
        CLEAN_UP: TaskKind(chore(CleanUp)),
        EXPIRE_SUBSCRIPTIONS: TaskKind(chore(ExpireSubscriptions)),
        SWEEP_FILES: TaskKind(chore(SweepFiles)),
    }


def worker_name() -> str:
    """A name that no other process has."""
    return f"{socket.gethostname()[:30]} {os.getpid()} {secrets.token_hex(4)}"


def open_bell(url: ConnectionUrl) -> AsyncBroker:
    """What carries the ringing; nothing is connected yet."""
    if url == EMBEDDED:
        return InProcessBell()
    if url.value.startswith("amqp"):
        from moniqo.adapters.queue.amqp_bell import amqp_bell

        return amqp_bell(url.value)
    from moniqo.adapters.queue.redis_bell import RedisBell

    return RedisBell(url.value)
