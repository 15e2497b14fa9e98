"""`moniqo mail`."""

from uuid import UUID

import rich_click as click

from moniqo.entrypoints.cli.answer import Answer
from moniqo.entrypoints.cli.exits import Exit
from moniqo.entrypoints.cli.operation import operation
from moniqo.entrypoints.cli.pages import LIMIT

EVENT_IDS = click.argument("event_ids", type=click.UUID, nargs=-1)
EVERY = click.option("--all", "every", is_flag=True, help="Whatever is parked.")


@click.group()
def mail() -> None:
    """Mails, and what could not be sent."""


@mail.command()
@click.argument("name", required=False)
@click.option("--html", is_flag=True, help="Show the HTML form.")
@operation
async def preview(name: str | None, *, html: bool) -> Answer:
    """Show a mail: NAME is a template, filled with made-up data, or one of the outbox folder.

    `latest` is the newest of the folder. Without NAME both are listed.
    """
    from moniqo.entrypoints.cli.mail_preview import found, listed
    from moniqo.entrypoints.cli.session import parts

    async with parts() as container:
        return await (listed(container) if name is None else found(container, name, html=html))


@mail.command()
@LIMIT
@operation
async def parked(limit: int) -> Answer:
    """Show what was tried in vain, mails and notifications, with the reason."""
    from moniqo.application.notifications.list_parked import ListParked
    from moniqo.entrypoints.cli.parked_rows import parked_row, show_parked
    from moniqo.entrypoints.cli.session import session

    async with session() as container:
        page = await (await container.get(ListParked))(limit=limit)
    items = [parked_row(event) for event in page.items]
    data = {"items": items, "total": page.total, "has_more": page.has_more}
    return Answer(data, (lambda: show_parked(items)) if items else "Nothing is parked.")


@mail.command()
@EVENT_IDS
@EVERY
@operation
async def retry(event_ids: tuple[UUID, ...], *, every: bool) -> Answer:
    """Try again what is parked, now, and wait for how it goes."""
    from moniqo.entrypoints.cli.parked_rows import show_parked
    from moniqo.entrypoints.cli.retrying import retried

    items = await retried(_named(event_ids, every=every))
    done = sum(1 for item in items if item["done"])
    text = f"{done} of {len(items)} went well."
    left = [item for item in items if not item["done"]]
    if left:
        return Answer({"items": items}, lambda: show_parked(left, text), Exit.UNSUCCESSFUL)
    return Answer({"items": items}, text)


@mail.command()
@EVENT_IDS
@EVERY
@operation
async def drop(event_ids: tuple[UUID, ...], *, every: bool) -> Answer:
    """Give up what is parked: it is never sent; the audit trail keeps why."""
    from moniqo.entrypoints.cli.retrying import dropped

    ids = await dropped(_named(event_ids, every=every))
    return Answer({"ids": ids}, f"{len(ids)} dropped.")


def _named(event_ids: tuple[UUID, ...], *, every: bool) -> tuple[UUID, ...] | None:
    """None for all of them; raises `Invalid` unless it is said which."""
    from moniqo.domain.shared.errors import Invalid

    if bool(event_ids) is every:
        raise Invalid("Name the ids, or say --all.")
    return None if every else event_ids
