"""`moniqo migrate`."""

import rich_click as click

from moniqo.entrypoints.cli.answer import Answer
from moniqo.entrypoints.cli.operation import operation


@click.command()
@operation
async def migrate() -> Answer:
    """Bring the store to the schema and indexes of this version. Can be run again."""
    from moniqo.adapters.persistence.backend import Backend
    from moniqo.entrypoints.cli.readiness import bring_up
    from moniqo.entrypoints.cli.session import parts

    async with parts() as container:
        applied = await bring_up(await container.get(Backend))
    data = {"created": applied is None, "applied": list(applied or ())}
    if applied is None:
        return Answer(data, "The store was made, with everything in it.")
    text = "\n".join(("Applied:", *(f"  {name}" for name in applied)))
    return Answer(data, text if applied else "Nothing was pending.")
