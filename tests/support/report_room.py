"""Reports of users put together in memory, over a store of files that can be made fail."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from moniqo.adapters.queue.stored import StoredTasks
from moniqo.application.identity.principal import Principal
from moniqo.application.operations.held_task import HeldTask
from moniqo.application.operations.report_terms import REPORT_USERS, REPORTS, ReportTerms
from moniqo.application.operations.report_users import ReportUsers
from moniqo.application.operations.request_user_report import RequestUserReport
from moniqo.application.operations.user_report_request import UserReportRequest
from moniqo.application.shared.caller import acting_as
from moniqo.application.shared.persistence import Transaction, UnitOfWork
from moniqo.domain.identity.account import Account
from moniqo.domain.identity.credentials import Email, PasswordHash
from moniqo.domain.identity.user import User
from moniqo.domain.operations.task import Task, TaskId, TaskStatus
from moniqo.domain.shared.ids import AccountId, UserId
from moniqo.domain.shared.types import JsonObject
from support.cabinet import Cabinet, open_cabinet

EVER = UserReportRequest(datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
Meddle = Callable[[], Awaitable[object]]
UNITS = 4
"""Units of work of an attempt: may they, the orphan, the roles, and the step that keeps it."""


class Watched(HeldTask):
    """Keeps everything that progress was told."""

    def __init__(self, uow: UnitOfWork, task: Task) -> None:
        super().__init__(uow, task)
        self.told: list[tuple[int, str | None]] = []

    def progress(self, percent: int, stage: str | None = None) -> None:
        super().progress(percent, stage)
        self.told.append((self.percent, self.stage))


@dataclass(frozen=True, slots=True)
class ReportRoom:
    """An admin who wants reports; Ada, an ordinary user, is there as well."""

    cabinet: Cabinet
    root: Principal
    terms: ReportTerms = field(default_factory=ReportTerms)

    @property
    def request(self) -> RequestUserReport:
        people = self.cabinet.people
        queue = StoredTasks(people.clock, people.ids, {REPORT_USERS: REPORTS})
        return RequestUserReport(people.uow, people.clock, people.ids, queue, self.terms)

    async def attempt(
        self, task_id: TaskId, meddle: Meddle | None = None, before: int = 0
    ) -> tuple[JsonObject, Watched]:
        """What another worker's attempt comes to.

        Before its unit of work of that number (it has `UNITS`) something happens.
        """
        opened = 0

        @asynccontextmanager
        async def uow() -> AsyncIterator[Transaction]:
            nonlocal opened
            opened += 1
            if meddle is not None and opened == before:
                await meddle()
            async with self.cabinet.keeping.uow() as tx:
                yield tx

        task = await self.taken(task_id)
        people = self.cabinet.people.backend.people()
        report = ReportUsers(replace(self.cabinet.keeping, uow=uow), people, self.terms)
        held = Watched(uow, task)
        return await report(held), held

    async def wanted(self, request: UserReportRequest = EVER) -> TaskId:
        with acting_as(self.root.user_id):
            return (await self.request(caller=self.root, request=request)).id

    async def taken(self, task_id: TaskId) -> Task:
        """The task, held by another worker from now on."""
        people = self.cabinet.people
        async with people.uow() as tx:
            task = await tx[Task].get(task_id)
            held = task.with_(status=TaskStatus.RUNNING, ready=False, fence=task.fence + 1)
            return await tx[Task].save(held)

    async def crowd(self, number: int) -> None:
        """So many more users."""
        people, now = self.cabinet.people, self.cabinet.people.clock.now()
        role_id = (await self.cabinet.people.all(User))[0].role_id
        accounts = [
            Account(
                id=AccountId(people.ids.new()),
                email=Email(f"crowd{at}@example.com"),
                password_hash=PasswordHash("a hash"),
                password_changed_at=now,
            )
            for at in range(number)
        ]
        users = [
            User(
                id=UserId(people.ids.new()),
                account_id=account.id,
                first_name="One",
                last_name="Of many",
                role_id=role_id,
            )
            for account in accounts
        ]
        async with people.uow() as tx:
            await tx[Account].add_many(accounts)
            await tx[User].add_many(users)

    async def swept(self) -> None:
        """A day has passed, and what nothing refers to is gone."""
        self.cabinet.people.clock.advance(days=1)
        await self.cabinet.sweep()


async def open_report_room(most_unfinished: int = 20) -> ReportRoom:
    """With nothing wanted yet."""
    cabinet = await open_cabinet()
    root = await cabinet.people.made("Admin")
    return ReportRoom(cabinet, root, ReportTerms(timedelta(days=7), most_unfinished))
