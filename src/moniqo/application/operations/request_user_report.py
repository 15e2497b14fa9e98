"""Asking for a report of those who registered in a while."""

from dataclasses import dataclass

from moniqo.application.identity.principal import Principal
from moniqo.application.identity.throttle import meet
from moniqo.application.operations.report_terms import REPORT_USERS, REPORTS, ReportTerms
from moniqo.application.operations.task_views import TaskView, task_view
from moniqo.application.operations.user_report_request import UserReportRequest
from moniqo.application.shared.conflicts import settled
from moniqo.application.shared.persistence import Transaction, UnitOfWork
from moniqo.application.shared.query import any_of, eq
from moniqo.application.shared.system import Clock, Ids
from moniqo.application.shared.tasks import TaskQueue, Wanted
from moniqo.application.shared.trail import audit_entry
from moniqo.domain.audit.audit_log import AuditAction, AuditLog
from moniqo.domain.operations.task import UNFINISHED, Task
from moniqo.domain.shared.errors import Invalid, RuleViolated
from moniqo.domain.shared.ids import UserId
from moniqo.domain.shared.types import JsonObject


@dataclass(frozen=True, slots=True)
class RequestUserReport:
    """Have the report made; that it was asked for is audited, as it hands out who people are.

    A user has at most so many at work at once as the terms say.
    """

    uow: UnitOfWork
    clock: Clock
    ids: Ids
    queue: TaskQueue
    terms: ReportTerms

    async def __call__(self, *, caller: Principal, request: UserReportRequest) -> TaskView:
        """The task that makes it.

        Raises `Invalid` for a range that has not begun; `RuleViolated` if too many are at work.
        """
        if request.start_date > self.clock.now():
            raise Invalid.field("start_date", "must not lie in the future")
        return await settled(lambda: self._want(caller, request))

    async def _want(self, caller: Principal, request: UserReportRequest) -> TaskView:
        span = {name: getattr(request, name).isoformat() for name in ("start_date", "end_date")}
        async with self.uow() as tx:
            await self._leave_room(tx, caller.user_id)
            wanted = Wanted(REPORT_USERS, owner_id=caller.user_id, payload=JsonObject({**span}))
            task = await self.queue.add(tx, wanted)
            row = audit_entry(
                self.ids.new(),
                AuditAction.READ,
                entity=("User", None),
                description=f"report of users from {span['start_date']} to {span['end_date']}",
            )
            await tx[AuditLog].add(row)
        return task_view(task)

    async def _leave_room(self, tx: Transaction, user_id: UserId) -> None:
        await meet(tx, self.ids, REPORT_USERS, user_id, self.clock.now())
        # By the queue: whatever else waits is not looked at.
        of_user = eq("queue", REPORTS), eq("kind", REPORT_USERS), eq("owner_id", user_id)
        unfinished = await tx[Task].count(*of_user, any_of("status", UNFINISHED))
        if unfinished >= self.terms.most_unfinished:
            raise RuleViolated(
                f"You have {unfinished} reports that wait or are made, the most that there may be. "
                "Wait until one of them has ended."
            )
