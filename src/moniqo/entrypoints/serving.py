"""The server process: everything between `moniqo serve` and the first request."""

import gc
import signal

import uvicorn
from dishka import AsyncContainer
from litestar import Litestar

from moniqo.adapters.queue.in_process import InProcessQueue
from moniqo.application.shared.first_start import SeedSystem
from moniqo.entrypoints.container import build_container
from moniqo.entrypoints.http.app import create_app
from moniqo.entrypoints.http.protocol import EnvelopedProtocol
from moniqo.entrypoints.logs import configure
from moniqo.entrypoints.settings import Settings, StorageBackend, load

FACTORY = "moniqo.entrypoints.serving:app"
GRACE_SECONDS = 20
"""How long requests in flight may take once the server is told to stop."""


def app() -> Litestar:
    """The application by the settings of this process; each worker process calls it."""
    settings = load()
    configure(settings.application)
    container = build_container(settings)
    made = create_app(container, settings)

    async def begin() -> None:
        await _begin(container, settings)

    made.on_startup.append(begin)
    return made


async def _begin(container: AsyncContainer, settings: Settings) -> None:
    if settings.storage.storage_backend is StorageBackend.MEMORY:
        # Nothing was there before this process, so this start is always the first one.
        await (await container.get(SeedSystem))()
    await (await container.get(InProcessQueue)).resume()
    gc.collect()
    # What lives as long as the process is never looked through again: requests of a slow
    # percentile are those that met a full collection.
    gc.freeze()


def run(host: str, port: int) -> bool:
    """Serve until told to stop; whether the server came up. Logging must be configured."""
    config = uvicorn.Config(
        FACTORY,
        factory=True,
        host=host,
        port=port,
        http=EnvelopedProtocol,
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    server = uvicorn.Server(config)
    for number in (signal.SIGINT, signal.SIGTERM):
        # Having shut down, the server raises the signal once more; being told to stop is no crash.
        signal.signal(number, signal.SIG_IGN)
    try:
        server.run()
    except SystemExit:
        return False
    return server.started
