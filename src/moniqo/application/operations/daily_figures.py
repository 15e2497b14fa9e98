"""What happened in a day, counted.

Counts go by an index on when it happened. New users are looked for among all of them, and failed
tasks and parked events among those that stand open.
"""

from collections.abc import AsyncIterator

from moniqo.application.operations.user_table import Span
from moniqo.application.shared.persistence import Transaction
from moniqo.application.shared.query import Condition, Listing, any_of, eq, gte, is_null, lt
from moniqo.domain.agents.run import FlowRun, RunStatus
from moniqo.domain.audit.audit_log import AuditAction, AuditLog
from moniqo.domain.audit.outbox_event import OutboxEvent
from moniqo.domain.billing.plan import Plan
from moniqo.domain.billing.subscription import Subscription, SubscriptionStatus
from moniqo.domain.identity.user import User
from moniqo.domain.operations.daily_report import Figure
from moniqo.domain.operations.task import Task, TaskStatus
from moniqo.domain.shared.entity import Entity
from moniqo.domain.trading.trade import Trade

_PLANS_AT_ONCE = 100
_R = RunStatus
_RUNS = {
    "Runs that succeeded": (_R.SUCCEEDED,),
    "Runs that failed": (_R.FAILED,),
    "Runs that were cancelled": (_R.CANCELLED,),
    "Runs that have not ended": (_R.QUEUED, _R.RUNNING, _R.AWAITING_APPROVAL),
}
"""Of the runs of the day, by what became of them since."""
_ENDED = (SubscriptionStatus.EXPIRED, SubscriptionStatus.CANCELLED)


async def daily_figures(tx: Transaction, span: Span) -> tuple[Figure, ...]:
    """The figures in the order in which they are shown."""
    return tuple([figure async for figure in _figures(tx, span)])


async def _figures(tx: Transaction, span: Span) -> AsyncIterator[Figure]:
    async def of(name: str, entity: type[Entity], at: str, *where: Condition) -> Figure:
        within = gte(at, span.start), lt(at, span.end)
        return Figure(name=name, count=await tx[entity].count(*where, *within))

    signing_in = "created_at", eq("action", AuditAction.LOGIN)
    refused = "created_at", eq("action", AuditAction.LOGIN_FAILED)
    yield await of("New users", User, "created_at")
    yield await of("Sign-ins", AuditLog, *signing_in)
    yield await of("Refused sign-ins", AuditLog, *refused)
    async for plan in _plans(tx):
        of_plan, ended = eq("plan_id", plan.id), any_of("status", _ENDED)
        begun = await of(f"Subscriptions begun: {plan.name}", Subscription, "start_date", of_plan)
        over = await of(
            f"Subscriptions ended: {plan.name}", Subscription, "end_date", of_plan, ended
        )
        for figure in (begun, over):
            if figure.count or plan.deleted_at is None:
                yield figure
    for name, statuses in _RUNS.items():
        yield await of(name, FlowRun, "created_at", any_of("status", statuses))
    yield await of("Trades opened", Trade, "executed_at")
    yield await of("Trades closed", Trade, "closed_at")
    yield await of("Tasks that failed", Task, "finished_at", eq("status", TaskStatus.FAILED))
    yield await of("Mails and notifications parked", OutboxEvent, "parked_at", is_null("done_at"))


async def _plans(tx: Transaction) -> AsyncIterator[Plan]:
    cursor = None
    while True:
        listing = Listing(
            sort=("created_at",), limit=_PLANS_AT_ONCE, cursor=cursor, include_deleted=True
        )
        page = await tx[Plan].page(listing)
        for plan in page.items:
            yield plan
        cursor = page.next_cursor
        if cursor is None:
            return
