"""Mails that tasks have sent, in the whole application: digests and daily reports."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC

from moniqo.application.mail.pace import MAIL_DIGEST
from moniqo.application.operations.daily_report import DAILY_REPORT
from moniqo.application.operations.keep_schedules import Recurring
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.query import eq
from moniqo.application.shared.tasks import WORK, TaskQueue, Wanted
from moniqo.domain.agents.events import RunFailed
from moniqo.domain.operations.task import Task
from moniqo.domain.shared.ids import FlowId, FlowRunId, UserId
from moniqo.entrypoints.container import build_container
from support.house import House, house_settings, open_house


def failed_run(user_id: UserId) -> RunFailed:
    ids = {"run_id": FlowRunId(user_id), "flow_id": FlowId(user_id)}
    return RunFailed(user_id=user_id, error="No answer.", **ids)


async def hour_ends(house: House) -> None:
    """As if digests were due now."""
    await house.quiet()
    async with (await house.container.get(UnitOfWork))() as tx:
        task = await tx[Task].first(eq("kind", MAIL_DIGEST))
        assert task is not None
        assert task.ready is False
        await tx[Task].save(task.with_(due_at=task.created_at, ready=True))
        tx.ring(WORK)


async def test_a_flood_becomes_a_digest_and_operators_hear_of_the_day() -> None:
    plain = house_settings()
    chosen = replace(plain, mail=replace(plain.mail, mails_at_once_per_hour=1))
    async with open_house(chosen) as house:
        ada, _ = await house.made("ada"), await house.made("grace", "Admin")
        async with (await house.container.get(UnitOfWork))() as tx:
            for _ in range(3):
                tx.emit(failed_run(ada))
            await (await house.container.get(TaskQueue)).add(tx, Wanted(DAILY_REPORT))
        await hour_ends(house)

        to_ada = [mail.subject for mail in await house.mails("ada@example.com")]
        to_grace = [mail.subject for mail in await house.mails("grace@example.com")]

    assert to_ada.count("A run of a flow failed") == 1
    assert to_ada[-1] == "2 more notifications"
    assert [subject for subject in to_grace if subject.startswith("Moniqo on 20")] != []
    assert not any(subject.startswith("Moniqo on") for subject in to_ada)


async def test_the_day_is_told_at_nine_where_the_operator_says() -> None:
    plain = house_settings()
    jobs = replace(plain.jobs, report_timezone="Asia/Kolkata")
    container = build_container(replace(plain, jobs=jobs))

    recurring = await container.get(Sequence[Recurring])

    await container.close()
    zones = {each.kind: (each.rule, str(each.zone)) for each in recurring}
    assert zones.pop(DAILY_REPORT) == ("0 9 * * *", "Asia/Kolkata")
    assert {zone for _, zone in zones.values()} == {str(UTC)}
