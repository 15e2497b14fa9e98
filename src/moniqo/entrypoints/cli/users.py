"""`moniqo users`."""

from typing import Any

import rich_click as click

from moniqo.entrypoints.cli.answer import Answer
from moniqo.entrypoints.cli.operation import operation
from moniqo.entrypoints.cli.pages import LIMIT, OFFSET


@click.group()
def users() -> None:
    """People who may sign in."""


@users.command()
@click.option("--email", required=True, help="Their address; counts as verified.")
@click.option("--password", help="Asked for if not given.")
@click.option("--first-name", required=True, help="1 to 100 characters.")
@click.option("--last-name", required=True, help="1 to 100 characters.")
@click.option("--role", default="User", show_default=True, help="The role's name.")
@operation
async def create(role: str, password: str | None, **given: Any) -> Answer:
    """Make a user, who can sign in at once."""
    from moniqo.application.identity.create_user import CreateUser
    from moniqo.application.identity.registration import Registration
    from moniqo.domain.identity.credentials import Password
    from moniqo.entrypoints.cli.session import session
    from moniqo.entrypoints.cli.user_rows import user_row

    # Asked on standard error: standard output is for the answer alone.
    password = password or click.prompt("Password", hide_input=True, err=True)
    registration = Registration(password=Password(password), **given)
    async with session() as container:
        profile = await (await container.get(CreateUser))(registration=registration, role=role)
    data = user_row(profile)
    return Answer(data, f"{data['email']} is {data['role']} {data['id']}.")


@users.command("list")
@LIMIT
@OFFSET
@operation
async def list_(limit: int, offset: int) -> Answer:
    """Show users, oldest first."""
    from moniqo.application.identity.list_users import ListUsers
    from moniqo.application.shared.query import Listing
    from moniqo.entrypoints.cli.session import session
    from moniqo.entrypoints.cli.user_rows import show_users, user_row

    listing = Listing(sort=("created_at",), limit=limit, offset=offset)
    async with session() as container:
        page = await (await container.get(ListUsers))(listing=listing)
    items = [user_row(profile) for profile in page.items]
    data = {"items": items, "total": page.total, "has_more": page.has_more}
    return Answer(data, lambda: show_users(items))
