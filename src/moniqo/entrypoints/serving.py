"""The server process: everything between `moniqo serve` and the first request."""

import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import uvicorn
from dishka import AsyncContainer
from litestar import Litestar

from moniqo.adapters.persistence.skew import SkewAlarm
from moniqo.application.shared.seed_system import SeedSystem
from moniqo.application.trading.import_candles import ImportCandles
from moniqo.domain.trading.market import Series
from moniqo.entrypoints.container import build_container
from moniqo.entrypoints.http.app import create_app
from moniqo.entrypoints.http.protocol import EnvelopedProtocol
from moniqo.entrypoints.logs import configure
from moniqo.entrypoints.settings import Settings, StorageBackend, load
from moniqo.entrypoints.settings.model import EMBEDDED
from moniqo.entrypoints.working import at_work, settle_in

Imports = tuple[tuple[str, Series], ...]
"""Candle files, and what they hold."""
GRACE_SECONDS = 20
"""How long requests in flight may take once the server is told to stop."""
KEPT_OPEN_SECONDS = 75
"""How long a connection may be idle: longer than proxies in front keep theirs open."""


def app(imports: Imports = ()) -> Litestar:
    """The application by the settings of this process, with candle files imported first."""
    settings = load()
    configure(settings.application)
    container = build_container(settings)

    @asynccontextmanager
    async def serving(_: Litestar) -> AsyncIterator[None]:
        await _begin(container, settings, imports)
        if settings.jobs.queue_url == EMBEDDED:
            async with at_work(container):
                yield
        else:
            yield

    return create_app(container, settings, lifespan=(serving,))


async def _begin(container: AsyncContainer, settings: Settings, imports: Imports) -> None:
    if settings.storage.storage_backend is StorageBackend.MEMORY:
        # Nothing was there before this process, so this start is always the first one.
        await (await container.get(SeedSystem))()
    await (await container.get(SkewAlarm)).agrees()
    import_candles = await container.get(ImportCandles)
    for location, series in imports:
        await import_candles(location=location, series=series)
    settle_in()


def run(host: str, port: int, imports: Imports = ()) -> bool:
    """Serve until told to stop; whether the server came up. Logging must be configured."""
    config = uvicorn.Config(
        partial(app, imports),
        factory=True,
        host=host,
        port=port,
        http=EnvelopedProtocol,
        access_log=False,
        log_config=None,
        server_header=False,
        # Who is at the other end is what the connection says, not what a header claims.
        proxy_headers=False,
        timeout_keep_alive=KEPT_OPEN_SECONDS,
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
