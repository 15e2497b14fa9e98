"""`moniqo users`."""

from collections.abc import Sequence
from typing import Any

import rich_click as click

from moniqo.entrypoints.cli.answer import Answer
from moniqo.entrypoints.cli.operation import operation

COLUMNS = ("id", "email", "full_name", "role", "is_active", "is_verified", "created_at")
SHOWN = ("email", "full_name", "role", "is_active", "id")


@click.group()
def users() -> None:
    """People who may sign in."""


@users.command()
@click.option("--email", required=True, help="Their address; counts as verified.")
@click.option("--password", prompt=True, hide_input=True, help="Asked for if not given.")
@click.option("--first-name", required=True, help="1 to 100 characters.")
@click.option("--last-name", required=True, help="1 to 100 characters.")
@click.option("--role", default="User", show_default=True, help="The role's name.")
@operation
async def create(role: str, **given: Any) -> Answer:
    """Make a user, who can sign in at once."""
    from moniqo.application.identity.create_user import CreateUser
    from moniqo.application.identity.registration import Registration
    from moniqo.domain.identity.credentials import Password
    from moniqo.entrypoints.cli.session import session

    password = Password(given.pop("password"))
    registration = Registration(password=password, **given)
    async with session() as container:
        profile = await (await container.get(CreateUser))(registration=registration, role=role)
    data = _shown(profile)
    return Answer(data, f"{data['email']} is {data['role']} {data['id']}.")


@users.command("list")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="At most.")
@click.option("--offset", type=click.IntRange(0), default=0, help="Leave out so many.")
@operation
async def list_(limit: int, offset: int) -> Answer:
    """Show users, oldest first."""
    from moniqo.application.identity.list_users import ListUsers
    from moniqo.application.shared.query import Listing
    from moniqo.entrypoints.cli.session import session

    listing = Listing(sort=("created_at",), limit=limit, offset=offset)
    async with session() as container:
        page = await (await container.get(ListUsers))(listing=listing)
    items = [_shown(profile) for profile in page.items]
    data = {"items": items, "total": page.total, "has_more": page.has_more}
    return Answer(data, lambda: _table(items))


def _shown(profile: object) -> dict[str, Any]:
    from moniqo.entrypoints.cli.plain import plain

    shown = plain(profile)
    return {name: shown[name] for name in COLUMNS}


def _table(items: Sequence[dict[str, Any]]) -> None:
    from moniqo.entrypoints.cli.tables import table

    table(SHOWN, [[str(item[name]) for name in SHOWN] for item in items])
