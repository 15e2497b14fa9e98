"""A report is made once, whole, for whoever may have it, wherever an attempt at it ends."""

import csv
import hashlib
import io
from datetime import timedelta

import pytest

from moniqo.application.operations.cancel_task import CancelTask
from moniqo.application.operations.report_terms import MAY_REPORT
from moniqo.application.operations.user_report_request import UserReportRequest
from moniqo.application.operations.user_table import AT_ONCE, COLUMNS
from moniqo.application.shared.query import eq
from moniqo.application.shared.tasks import NotYet
from moniqo.domain.audit.audit_log import AuditLog
from moniqo.domain.audit.outbox_event import OutboxEvent
from moniqo.domain.files.file import File
from moniqo.domain.identity.account import Account
from moniqo.domain.identity.role import Role
from moniqo.domain.identity.user import User
from moniqo.domain.shared.errors import GivenUp, NoLongerHeld, Unavailable
from support.factories import registered_user
from support.report_room import EVER, UNITS, ReportRoom, open_report_room

READY = eq("name", "ReportReady")


@pytest.fixture
async def room() -> ReportRoom:
    return await open_report_room()


async def is_whole(room: ReportRoom) -> bool:
    """Whether there is one file, one event that tells of it, and no object but the file's."""
    await room.swept()
    people, shelf = room.cabinet.people, room.cabinet.shelf
    (file,), (_,) = await people.all(File), await people.all(OutboxEvent, READY)
    return list(shelf.objects) == [file.storage_key] and await room.cabinet.orphans() == ()


async def nothing_is_left(room: ReportRoom) -> bool:
    await room.swept()
    people = room.cabinet.people
    made = (*await people.all(File), *await people.all(OutboxEvent, READY))
    return (made, room.cabinet.shelf.objects, await room.cabinet.orphans()) == ((), {}, ())


async def rows_of(room: ReportRoom, request: UserReportRequest = EVER) -> list[list[str]]:
    """The table that a report has, read by Python's own reader."""
    await room.attempt(await room.wanted(request))
    (content,) = room.cabinet.shelf.objects.values()
    return list(csv.reader(io.StringIO(content.decode(), newline=""), strict=True))


async def test_everybody_stands_in_it_once_in_the_order_they_came(room: ReportRoom) -> None:
    await room.crowd(2 * AT_ONCE)

    header, *rows = await rows_of(room)

    assert tuple(header) == COLUMNS
    assert len(rows) == len({row[0] for row in rows}) == 2 * AT_ONCE + 2
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)
    assert rows[0][1:8] == ["ada@example.com", "", "Ada", "Lovelace", "User", "true", "true"]


async def test_only_who_came_in_the_range_and_is_still_there_stands_in_it(
    room: ReportRoom,
) -> None:
    people = room.cabinet.people
    start = people.clock.advance(hours=1)
    await registered_user(people, first_name="First")
    gone = await registered_user(people, first_name="Gone")
    await people.remove(gone)
    end = people.clock.advance(hours=1)
    await registered_user(people, first_name="Late")

    _, *rows = await rows_of(room, UserReportRequest(start, end))

    assert [row[3] for row in rows] == ["First"]


async def test_a_range_in_which_nobody_came_gives_the_header_alone(room: ReportRoom) -> None:
    long_ago = UserReportRequest(EVER.start_date, EVER.start_date + timedelta(days=1))

    assert await rows_of(room, long_ago) == [list(COLUMNS)]


async def test_names_are_shown_and_never_obeyed(room: ReportRoom) -> None:
    name = '=HYPERLINK("https://evil.test"),x'
    await registered_user(room.cabinet.people, first_name=name)

    _, *rows = await rows_of(room)

    assert f"'{name}" in {row[3] for row in rows}


async def test_the_file_is_of_who_asked_and_described_as_it_is(room: ReportRoom) -> None:
    result, _ = await room.attempt(await room.wanted())

    people = room.cabinet.people
    (file,) = await people.all(File)
    content = room.cabinet.shelf.objects[file.storage_key]
    assert result == {"file_id": str(file.id), "rows": 2}
    assert (file.owner_id, file.created_by) == (room.root.user_id, room.root.user_id)
    assert (file.size, file.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert file.name == "users 2000-01-01 to 2100-01-01.csv"
    assert file.content_type == "text/csv; charset=utf-8"
    assert file.expires_at == people.clock.now() + timedelta(days=7)
    assert file.needs == MAY_REPORT
    (entry,) = await people.all(AuditLog, eq("entity_id", file.id))
    assert entry.user_id == room.root.user_id


async def test_progress_and_stages_move(room: ReportRoom) -> None:
    await room.crowd(4 * AT_ONCE)

    _, task = await room.attempt(await room.wanted())

    percents = [percent for percent, _ in task.told]
    assert percents == sorted(percents)
    assert len(set(percents)) == 5
    assert (task.told[0], task.told[-1]) == ((0, "reading users"), (90, "storing"))


@pytest.mark.parametrize("broken", ["put", "after put"])
async def test_what_failed_while_it_was_stored_leaves_nothing_behind(
    room: ReportRoom, broken: str
) -> None:
    task_id = await room.wanted()
    room.cabinet.shelf.broken = {broken}

    with pytest.raises(Unavailable):
        await room.attempt(task_id)
    room.cabinet.shelf.broken = set()
    empty = await nothing_is_left(room)
    await room.attempt(task_id)

    assert empty
    assert await is_whole(room)


class Killed(BaseException):
    """The end of a process: nothing that is at work gets to say a word."""


@pytest.mark.parametrize("before", range(1, UNITS + 1))
async def test_a_worker_that_is_killed_leaves_neither_two_files_nor_two_mails(
    room: ReportRoom, before: int
) -> None:
    task_id = await room.wanted()

    async def die() -> None:
        raise Killed

    with pytest.raises(Killed):
        await room.attempt(task_id, die, before)
    await room.attempt(task_id)

    assert await is_whole(room)


async def test_an_attempt_after_the_step_finds_it_done(room: ReportRoom) -> None:
    task_id = await room.wanted()
    first, _ = await room.attempt(task_id)

    second, task = await room.attempt(task_id)

    assert first == second
    assert task.told == []
    assert await is_whole(room)


async def test_who_lost_the_task_meanwhile_makes_no_file(room: ReportRoom) -> None:
    task_id = await room.wanted()

    with pytest.raises(NoLongerHeld):
        await room.attempt(task_id, lambda: room.taken(task_id), UNITS)

    assert await nothing_is_left(room)


async def test_a_report_that_is_cancelled_in_the_last_moment_is_not_made(room: ReportRoom) -> None:
    task_id = await room.wanted()

    async def cancelled() -> None:
        people = room.cabinet.people
        cancel = CancelTask(people.uow, people.clock, people.ids)
        await cancel(caller=room.root, task_id=task_id)

    with pytest.raises(NotYet):
        await room.attempt(task_id, cancelled, UNITS)

    assert await nothing_is_left(room)


@pytest.mark.parametrize("before", [1, UNITS])
@pytest.mark.parametrize("why", ["deactivated", "removed", "without the permission"])
async def test_s43_whoever_may_not_have_it_any_more_gets_nothing(
    room: ReportRoom, why: str, before: int
) -> None:
    people = room.cabinet.people

    async def shut_out() -> None:
        async with people.uow() as tx:
            user = await tx[User].get(room.root.user_id)
            if why == "removed":
                await tx[User].remove(user)
            elif why == "deactivated":
                account = await tx[Account].get(user.account_id)
                await tx[Account].save(account.with_(is_active=False))
            else:
                role = await tx[Role].first(eq("name", "User"))
                assert role is not None
                await tx[User].save(user.with_(role_id=role.id))

    task_id = await room.wanted()
    with pytest.raises(GivenUp):
        await room.attempt(task_id, shut_out, before)

    assert await nothing_is_left(room)
