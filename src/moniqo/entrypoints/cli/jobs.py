"""`moniqo jobs`."""

from uuid import UUID

import rich_click as click

from moniqo.entrypoints.cli.answer import Answer
from moniqo.entrypoints.cli.operation import operation
from moniqo.entrypoints.cli.pages import LIMIT, OFFSET

KIND = click.option("--kind", help="Only those of this kind.")
EVERY = click.option("--all", "every", is_flag=True, help="Whatever has failed.")
TASK_IDS = click.argument("task_ids", type=click.UUID, nargs=-1)


@click.group()
def jobs() -> None:
    """Tasks that were tried in vain: they stay until you retry or drop them."""


@jobs.command("list")
@KIND
@LIMIT
@OFFSET
@operation
async def list_(kind: str | None, limit: int, offset: int) -> Answer:
    """Show what has failed, the oldest first, with the reason."""
    from moniqo.application.operations.list_dead_letters import ListDeadLetters
    from moniqo.entrypoints.cli.job_rows import job_row, show_jobs
    from moniqo.entrypoints.cli.session import session

    async with session() as container:
        list_dead = await container.get(ListDeadLetters)
        page = await list_dead(kind=kind, limit=limit, offset=offset)
    items = [job_row(task) for task in page.items]
    data = {"items": items, "total": page.total, "has_more": page.has_more}
    return Answer(data, (lambda: show_jobs(items)) if items else "Nothing has failed.")


@jobs.command()
@click.argument("task_id", type=click.UUID)
@operation
async def show(task_id: UUID) -> Answer:
    """Show everything about a task, failed or not."""
    from moniqo.application.operations.look_at_task import LookAtTask
    from moniqo.domain.operations.task import TaskId
    from moniqo.entrypoints.cli.job_rows import job_text
    from moniqo.entrypoints.cli.plain import plain
    from moniqo.entrypoints.cli.session import session

    async with session() as container:
        look_at = await container.get(LookAtTask)
        data = plain(await look_at(task_id=TaskId(task_id)))
    return Answer(data, job_text(data))


@jobs.command()
@TASK_IDS
@EVERY
@KIND
@operation
async def retry(task_ids: tuple[UUID, ...], kind: str | None, *, every: bool) -> Answer:
    """Have them tried again, from the first attempt on, by servers and workers."""
    from moniqo.application.operations.retry_tasks import RetryTasks
    from moniqo.entrypoints.cli.dead_letters import dealt_with

    ids = await dealt_with(RetryTasks, task_ids, kind, every=every)
    return Answer({"ids": ids}, f"{len(ids)} will be tried again.")


@jobs.command()
@TASK_IDS
@EVERY
@KIND
@operation
async def drop(task_ids: tuple[UUID, ...], kind: str | None, *, every: bool) -> Answer:
    """Delete them for good; the audit trail keeps that they were."""
    from moniqo.application.operations.drop_tasks import DropTasks
    from moniqo.entrypoints.cli.dead_letters import dealt_with

    ids = await dealt_with(DropTasks, task_ids, kind, every=every)
    return Answer({"ids": ids}, f"{len(ids)} dropped.")
