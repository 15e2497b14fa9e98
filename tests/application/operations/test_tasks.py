"""Reports are asked for within bounds; tasks are seen and cancelled by whom they concern."""

from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from moniqo.application.identity.principal import Principal
from moniqo.application.operations.cancel_task import CancelTask
from moniqo.application.operations.get_task import GetTask
from moniqo.application.operations.task_views import OUR_FAULT, TaskView
from moniqo.application.operations.user_report_request import UserReportRequest
from moniqo.application.shared.query import eq
from moniqo.domain.audit.audit_log import AuditAction, AuditLog
from moniqo.domain.operations.task import Task, TaskId, TaskStatus
from moniqo.domain.shared.errors import Invalid, NotFound, RuleViolated
from support.desk import faults
from support.report_room import ReportRoom, open_report_room

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
INSIDE = {"payload", "lane", "queue", "dedupe_key", "steps", "fence", "lease_owner", "lease_until"}


@pytest.fixture
async def room() -> ReportRoom:
    return await open_report_room()


async def seen(room: ReportRoom, caller: Principal, task_id: TaskId) -> TaskView:
    people = room.cabinet.people
    return await GetTask(people.uow, people.ids)(caller=caller, task_id=task_id)


async def cancel(room: ReportRoom, caller: Principal, task_id: TaskId) -> None:
    people = room.cabinet.people
    await CancelTask(people.uow, people.clock, people.ids)(caller=caller, task_id=task_id)


async def changed(room: ReportRoom, task_id: TaskId, **values: Any) -> Task:
    people = room.cabinet.people
    (task,) = await people.all(Task, eq("id", task_id))
    saved: Task = await people.save(task.with_(**values))
    return saved


async def told(room: ReportRoom, action: AuditAction, kind: str = "Task") -> list[AuditLog]:
    where = eq("action", action), eq("entity_type", kind)
    return [*await room.cabinet.people.all(AuditLog, *where)]


@pytest.mark.parametrize(
    ("start", "end", "field"),
    [
        (NOW, NOW, "end_date"),
        (NOW, NOW - timedelta(seconds=1), "end_date"),
        (datetime(1969, 12, 31, tzinfo=UTC), NOW, "start_date"),
        (NOW, datetime(2200, 1, 1, 0, 0, 1, tzinfo=UTC), "end_date"),
    ],
)
def test_a_range_with_nothing_in_it_is_refused_by_its_field(
    start: datetime, end: datetime, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        UserReportRequest(start, end)

    assert [fault.field for fault in refused.value.faults] == [field]


async def test_a_range_that_has_not_begun_is_refused(room: ReportRoom) -> None:
    now = room.cabinet.people.clock.now()
    later = UserReportRequest(now + timedelta(seconds=1), now + timedelta(days=1))

    refused = await faults(room.request(caller=room.root, request=later))

    assert refused == {"start_date": "must not lie in the future"}


async def test_that_a_report_was_asked_for_is_audited(room: ReportRoom) -> None:
    await room.wanted()

    (entry,) = await told(room, AuditAction.READ, "User")
    assert entry.user_id == room.root.user_id
    assert "2000-01-01" in entry.description


async def test_nobody_has_more_reports_at_work_than_there_may_be() -> None:
    room = await open_report_room(most_unfinished=2)
    first, second = await room.wanted(), await room.wanted()
    await changed(room, first, status=TaskStatus.RUNNING)

    with pytest.raises(RuleViolated, match="2 reports"):
        await room.wanted()
    await cancel(room, room.root, second)
    await room.wanted()


async def test_a_task_shows_how_far_it_is_and_nothing_of_how_it_is_done(room: ReportRoom) -> None:
    task_id = await room.wanted()
    await changed(room, task_id, progress=40, stage="reading users", attempts=2)

    task = await seen(room, room.root, task_id)

    assert (task.status, task.progress, task.stage) == (TaskStatus.QUEUED, 40, "reading users")
    assert not INSIDE & {field.name for field in fields(task)}
    assert await told(room, AuditAction.READ) == []


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (None, None),
        ("Undeliverable: Not any more: gone.", "Not any more: gone."),
        ("KeyError: 'secret'", OUR_FAULT),
        ("It was begun too often.", "It was begun too often."),
    ],
)
async def test_a_refusal_is_told_and_a_fault_of_ours_is_not(
    room: ReportRoom, error: str | None, shown: str | None
) -> None:
    task_id = await room.wanted()
    await changed(room, task_id, error=error)

    assert (await seen(room, room.root, task_id)).error == shown


async def test_somebody_elses_task_is_not_there_but_for_operators(room: ReportRoom) -> None:
    task_id = await room.wanted()
    other = await room.cabinet.people.made("Admin")

    for ask in (seen, cancel):
        with pytest.raises(NotFound):
            await ask(room, room.cabinet.ada, task_id)
    assert (await seen(room, other, task_id)).id == task_id
    await cancel(room, other, task_id)

    (read,), (update,) = [await told(room, it) for it in (AuditAction.READ, AuditAction.UPDATE)]
    assert (read.entity_id, update.entity_id) == (task_id, task_id)
    assert update.description == "report_users cancelled"


async def test_nobodys_task_is_for_operators_alone(room: ReportRoom) -> None:
    task_id = await room.wanted()
    await changed(room, task_id, owner_id=None)

    assert (await seen(room, room.root, task_id)).owner_id is None
    with pytest.raises(NotFound):
        await seen(room, room.cabinet.ada, task_id)


async def test_a_task_that_waits_is_cancelled_at_once_and_once(room: ReportRoom) -> None:
    task_id = await room.wanted()

    await cancel(room, room.root, task_id)

    assert (await seen(room, room.root, task_id)).status is TaskStatus.CANCELLED
    with pytest.raises(RuleViolated, match="ended already"):
        await cancel(room, room.root, task_id)
    assert len(await told(room, AuditAction.UPDATE)) == 1


async def test_a_task_that_is_being_done_is_asked_once_to_end(room: ReportRoom) -> None:
    task_id = await room.wanted()
    await changed(room, task_id, status=TaskStatus.RUNNING)

    for _ in range(2):
        await cancel(room, room.root, task_id)

    task = await seen(room, room.root, task_id)
    assert (task.status, task.cancel_requested) == (TaskStatus.RUNNING, True)
    assert len(await told(room, AuditAction.UPDATE)) == 1


async def test_one_that_was_to_end_and_waits_again_is_cancelled(room: ReportRoom) -> None:
    task_id = await room.wanted()
    await changed(room, task_id, cancel_requested=True)

    await cancel(room, room.root, task_id)

    assert (await seen(room, room.root, task_id)).status is TaskStatus.CANCELLED


async def test_behind_which_something_else_stands_is_not_cancelled_by_itself(
    room: ReportRoom,
) -> None:
    task_id = await room.wanted()
    await changed(room, task_id, kind="run_flow")

    with pytest.raises(RuleViolated, match="by itself"):
        await cancel(room, room.root, task_id)
