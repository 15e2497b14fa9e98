"""`moniqo init`."""

import os
import sys
from collections.abc import Mapping

import rich_click as click

from moniqo.entrypoints.cli.answer import Answer
from moniqo.entrypoints.cli.operation import operation


@click.command()
@click.option("--email", help="The Superadmin's address.  [default: SUPERADMIN_EMAIL, or asked]")
@click.option("--password", help="Their password.  [default: SUPERADMIN_PASSWORD, or asked]")
@operation
async def init(email: str | None, password: str | None) -> Answer:
    """First start: write `.env` with fresh secrets, migrate, make roles, plans and Superadmin.

    Can be run again: what is there stays as it is.
    """
    from moniqo.adapters.persistence.backend import Backend
    from moniqo.application.shared.seed_system import SeedSystem
    from moniqo.entrypoints.cli.dotenv_file import write_dotenv
    from moniqo.entrypoints.cli.readiness import bring_up
    from moniqo.entrypoints.cli.session import parts
    from moniqo.entrypoints.cli.superadmin import with_superadmin
    from moniqo.entrypoints.settings import load
    from moniqo.entrypoints.settings.reading import DOTENV

    written = write_dotenv(DOTENV, os.environ)
    settings = with_superadmin(load(), email, password, ask=sys.stdin.isatty())
    async with parts(settings) as container:
        applied = await bring_up(await container.get(Backend))
        await (await container.get(SeedSystem))()
    data = {
        "env_file_written": written,
        "storage": settings.storage.storage_backend.value,
        "store_created": applied is None,
        "migrations": list(applied or ()),
        "superadmin": settings.superadmin.superadmin_email,
    }
    return Answer(data, _text(data))


def _text(data: Mapping[str, object]) -> str:
    env = "written, with fresh secrets" if data["env_file_written"] else "was there already"
    superadmin = data["superadmin"] or "none yet; run `moniqo init --email …` to make one"
    return (
        f".env: {env}\nStore: {data['storage']}, ready\nSuperadmin: {superadmin}\n"
        "Next: `moniqo serve`, or `moniqo demo`."
    )
