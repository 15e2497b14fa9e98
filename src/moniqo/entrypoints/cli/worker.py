"""`moniqo worker`."""

import rich_click as click

from moniqo.entrypoints.cli.answer import Answer
from moniqo.entrypoints.cli.operation import operation


@click.command()
@operation
async def worker() -> Answer:
    """Do tasks and whatever else goes on after answers, until told to stop.

    Any number of workers may run, on any machines that reach the store and the bell of QUEUE_URL.
    Told to stop, a worker hands back what it cannot finish soon.
    """
    from moniqo.adapters.persistence.backend import Backend
    from moniqo.domain.shared.errors import Invalid
    from moniqo.entrypoints.cli.readiness import require_ready
    from moniqo.entrypoints.container import build_container
    from moniqo.entrypoints.logs import configure
    from moniqo.entrypoints.settings import StorageBackend, load
    from moniqo.entrypoints.working import work

    settings = load()
    if settings.storage.storage_backend is StorageBackend.MEMORY:
        raise Invalid("With STORAGE_BACKEND=memory tasks are in the server alone, which does them.")
    configure(settings.application)
    container = build_container(settings)
    await require_ready(await container.get(Backend))
    await work(container)
    return Answer({"stopped": True}, "Stopped.")
