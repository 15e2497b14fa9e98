"""Operators are told about the day before, by the clocks that they chose."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from moniqo.application.identity.seed_access import SeedAccess
from moniqo.application.mail.ports import Mail
from moniqo.application.operations.daily_report import DailyReport, DailyTerms
from moniqo.application.operations.held_task import HeldTask
from moniqo.application.shared.query import eq
from moniqo.application.shared.trail import audit_entry
from moniqo.domain.agents.run import RunStatus
from moniqo.domain.audit.audit_log import AuditAction
from moniqo.domain.audit.outbox_event import OutboxEvent
from moniqo.domain.billing.plan import Plan
from moniqo.domain.billing.subscription import Subscription, SubscriptionId, SubscriptionStatus
from moniqo.domain.identity.account import Account
from moniqo.domain.identity.role import Role
from moniqo.domain.identity.user import User
from moniqo.domain.identity.user_settings import UserSettings, UserSettingsId
from moniqo.domain.operations.daily_report import DailyReportDue
from moniqo.domain.operations.task import Task, TaskId, TaskStatus
from moniqo.domain.shared.decoding import decode
from moniqo.domain.shared.ids import OutboxEventId, PlanId, RoleId, TradeId
from moniqo.domain.shared.types import JsonObject
from moniqo.domain.trading.market import Timeframe
from moniqo.domain.trading.order import Side
from moniqo.domain.trading.trade import Trade, TradeStatus
from support.factories import a_flow, a_run, a_wallet, registered_user
from support.letters import PostRoom
from support.people import People

NOON = datetime(2026, 1, 14, 12, tzinfo=UTC)
NEXT = datetime(2026, 1, 15, 9, tzinfo=UTC)
NEW_YORK = ZoneInfo("America/New_York")


async def wanted(people: People) -> Task:
    """The task, in a worker's hands."""
    now = people.clock.now()
    held = {"status": TaskStatus.RUNNING, "ready": False, "fence": 1, "attempts": 1}
    place = {"kind": "daily_report", "queue": "default", "lane": "daily_report"}
    return await people.add(Task(id=TaskId(people.ids.new()), due_at=now, **place, **held))


async def told(people: People, zone: tzinfo = UTC) -> list[tuple[OutboxEventId, DailyReportDue]]:
    """Who is told what by a report that is wanted now."""
    before = {row.id for row in await people.all(OutboxEvent)}
    await DailyReport(DailyTerms(zone))(HeldTask(people.uow, await wanted(people)))
    return [
        (row.id, decode(DailyReportDue, dict(row.payload)))
        for row in await people.all(OutboxEvent, eq("name", "DailyReportDue"))
        if row.id not in before
    ]


async def figures(people: People, zone: tzinfo = UTC) -> dict[str, int]:
    """What an operator is told."""
    ((_, event),) = await told(people, zone)
    return {figure.name: figure.count for figure in event.report.figures}


async def reporting(people: People) -> RoleId:
    """The role of an operator; permissions and system roles are there afterwards."""
    await SeedAccess(people.uow, people.ids)()
    return (await people.all(Role, eq("name", "Admin")))[0].id


async def an_operator(people: People, **fields: Any) -> User:
    return await registered_user(people, role_id=await reporting(people), **fields)


async def a_trade(people: People, user: User, wallet_id: Any, **fields: Any) -> None:
    usual = {"exchange": "binance", "symbol": "BTC/USDT", "timeframe": Timeframe.H1}
    price = dict.fromkeys(("entry_price", "quantity", "entry_value"), Decimal(1))
    trade_id = TradeId(people.ids.new())
    parties = {"user_id": user.id, "user_wallet_id": wallet_id, "side": Side.BUY}
    await people.add(Trade(id=trade_id, **usual, **price, **parties, **fields))


async def a_subscription(people: People, plan: Plan, **fields: Any) -> None:
    user = await registered_user(people)
    row_id = SubscriptionId(people.ids.new())
    await people.add(Subscription(id=row_id, user_id=user.id, plan_id=plan.id, **fields))


async def a_plan(people: People, name: str) -> Plan:
    return await people.add(Plan(id=PlanId(people.ids.new()), name=name, price=Decimal(0)))


async def a_task(people: People, status: TaskStatus, at: datetime) -> None:
    place = {"kind": "chore", "queue": "default", "lane": "chore", "due_at": at}
    row_id = TaskId(people.ids.new())
    await people.add(Task(id=row_id, status=status, ready=False, finished_at=at, **place))


async def parked(people: People, at: datetime | None) -> None:
    row_id, payload = OutboxEventId(people.ids.new()), JsonObject({})
    row = OutboxEvent(id=row_id, name="Told", payload=payload, occurred_at=NOON, parked_at=at)
    await people.add(row)


async def test_what_happened_in_the_day_is_counted_and_nothing_else() -> None:
    people = People()
    people.clock.set(NOON)
    user = await an_operator(people)
    flow, wallet = await a_flow(people, user.id), await a_wallet(people, user.id)
    pro, gone, old = [await a_plan(people, name) for name in ("Pro", "Gone", "Old")]
    for action in (AuditAction.LOGIN, AuditAction.LOGIN, AuditAction.LOGIN_FAILED):
        await people.add(audit_entry(people.ids.new(), action, entity=("Account", None)))
    await a_subscription(people, pro, start_date=NOON)
    over = {"start_date": datetime(2025, 1, 1, tzinfo=UTC), "end_date": NOON}
    await a_subscription(people, gone, status=SubscriptionStatus.EXPIRED, **over)
    await people.remove(gone)
    await people.remove(old)
    for status in (RunStatus.SUCCEEDED, RunStatus.SUCCEEDED, RunStatus.FAILED, RunStatus.QUEUED):
        await a_run(people, flow, status=status)
    await a_trade(people, user, wallet.id, executed_at=NOON)
    closed = {"status": TradeStatus.CLOSED, "closed_at": NOON}
    await a_trade(people, user, wallet.id, executed_at=over["start_date"], **closed)
    await a_task(people, TaskStatus.FAILED, NOON)
    await a_task(people, TaskStatus.SUCCEEDED, NOON)
    await parked(people, NOON)
    await parked(people, None)
    people.clock.set(NEXT)
    await a_run(people, flow, status=RunStatus.FAILED)
    await a_task(people, TaskStatus.FAILED, NEXT)
    await parked(people, NEXT)

    found = await figures(people)

    assert found == {
        "New users": 3,
        "Sign-ins": 2,
        "Refused sign-ins": 1,
        "Subscriptions begun: Pro": 1,
        "Subscriptions ended: Pro": 0,
        "Subscriptions ended: Gone": 1,
        "Runs that succeeded": 2,
        "Runs that failed": 1,
        "Runs that were cancelled": 0,
        "Runs that have not ended": 1,
        "Trades opened": 1,
        "Trades closed": 1,
        "Tasks that failed": 1,
        "Mails and notifications parked": 1,
    }


async def test_a_day_is_as_long_as_it_is_where_the_clocks_are() -> None:
    people = People()
    # The clocks went forward that night: the day of the 8th of March has 23 hours.
    for instant in ("08T04:59:59.999", "08T05:00", "09T03:59:59.999", "09T04:00"):
        people.clock.set(datetime.fromisoformat(f"2026-03-{instant}+00:00"))
        await registered_user(people)
    await an_operator(people)
    people.clock.set(datetime(2026, 3, 9, 13, tzinfo=UTC))

    ((_, event),) = await told(people, NEW_YORK)

    assert (event.report.day, event.report.zone) == ("2026-03-08", "America/New_York")
    assert event.report.figures[0].count == 2


@pytest.mark.parametrize(
    ("wanted_at", "day"),
    [
        ("2026-01-15T08:59:59.999-05:00", "2026-01-13"),
        ("2026-01-15T09:00:00-05:00", "2026-01-14"),
        ("2026-01-15T23:59:00-05:00", "2026-01-14"),
        ("2026-01-16T03:00:00-05:00", "2026-01-14"),
    ],
)
async def test_each_day_is_told_of_once_however_late(wanted_at: str, day: str) -> None:
    people = People()
    await an_operator(people)
    people.clock.set(datetime.fromisoformat(wanted_at))

    ((_, event),) = await told(people, NEW_YORK)

    assert event.report.day == day


async def test_more_plans_than_are_read_at_once_are_all_told() -> None:
    people = People()
    await an_operator(people)
    names = [f"Plan {number}" for number in range(101)]
    for name in names:
        await a_plan(people, name)

    found = await figures(people)

    assert {f"Subscriptions begun: {name}" for name in names} <= found.keys()


async def shut(room: PostRoom, _: User, account: Account) -> None:
    await room.people.save(account.with_(is_active=False))


async def unverified(room: PostRoom, _: User, account: Account) -> None:
    await room.people.save(account.with_(is_verified=False))


async def leave(room: PostRoom, user: User, _: Account) -> None:
    await room.people.remove(user)


async def no_mail(room: PostRoom, user: User, _: Account) -> None:
    row_id = UserSettingsId(room.people.ids.new())
    await room.people.add(UserSettings(id=row_id, user_id=user.id, email_notifications=False))


async def stay(_room: PostRoom, _user: User, _account: Account) -> None:
    """Nothing happens to them."""


async def other_role(room: PostRoom, user: User, _: Account) -> None:
    role = (await room.people.all(Role, eq("name", "Moderator")))[0]
    await room.people.save(user.with_(role_id=role.id))


async def mailed(room: PostRoom, events: list[tuple[OutboxEventId, DailyReportDue]]) -> list[Mail]:
    for event_id, event in events:
        await room.react(event, event_id)
    return list(room.bag.mails.values())


@pytest.mark.parametrize("what", [stay, shut, unverified, leave, no_mail, other_role])
@pytest.mark.parametrize("is_late", [False, True])
async def test_who_may_report_is_mailed_if_they_want_and_can_be(
    what: Callable[[PostRoom, User, Account], Awaitable[None]],
    is_late: bool,  # noqa: FBT001
) -> None:
    room = PostRoom()
    people = room.people
    user = await an_operator(people)
    (account,) = await people.all(Account)
    await registered_user(people)
    if is_late:
        events = await told(people)
        await what(room, user, account)
    else:
        await what(room, user, account)
        events = await told(people)

    mails = await mailed(room, events)

    assert [mail.to for mail in mails] == ([account.email] if what is stay else [])
    if mails:
        assert mails[0].subject == "Moniqo on 2026-01-14"
        assert "- New users: 0\n" in mails[0].text
        assert "(UTC)" in mails[0].text


async def test_a_report_that_was_begun_before_tells_nobody_twice() -> None:
    people = People()
    role_id = await reporting(people)
    users = [await registered_user(people, role_id=role_id) for _ in range(5)]
    task = await wanted(people)
    broken = HeldTask(people.uow, task)
    report = DailyReport(DailyTerms(at_once=2))

    async def cut(name: str, do: Any) -> JsonObject:
        if name == "people 3":
            raise ConnectionError
        return await HeldTask.step(broken, name, do)

    broken.step = cut  # type: ignore[method-assign]
    with pytest.raises(ConnectionError):
        await report(broken)
    people.clock.advance(minutes=5)
    (task,) = await people.all(Task, eq("id", task.id))

    result = await report(HeldTask(people.uow, task))

    rows = await people.all(OutboxEvent, eq("name", "DailyReportDue"))
    events = [decode(DailyReportDue, dict(row.payload)) for row in rows]
    assert result == {"day": "2026-01-14", "told": 5}
    assert sorted(event.user_id for event in events) == sorted(user.id for user in users)
    assert len({event.report for event in events}) == 1
