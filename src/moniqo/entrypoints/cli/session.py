"""A container for the length of one command."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from dishka import AsyncContainer, Provider

from moniqo.adapters.persistence.backend import Backend
from moniqo.application.shared.tasks import TaskQueue
from moniqo.entrypoints.cli.readiness import require_ready
from moniqo.entrypoints.container import build_container
from moniqo.entrypoints.logs import configure
from moniqo.entrypoints.settings import Settings, load
from moniqo.entrypoints.settings.values import LogLevel


@asynccontextmanager
async def session(
    settings: Settings | None = None, *overrides: Provider
) -> AsyncIterator[AsyncContainer]:
    """The parts, on a store that answers and is up to date; jobs are finished at the end.

    Raises `WrongSettings`, `Unavailable`, `MigrationsPending`.
    """
    async with parts(settings, *overrides) as container:
        await require_ready(await container.get(Backend))
        yield container
        await (await container.get(TaskQueue)).drain()


@asynccontextmanager
async def parts(
    settings: Settings | None = None, *overrides: Provider
) -> AsyncIterator[AsyncContainer]:
    """The parts, whatever state the store is in. Logs go to standard error, warnings and up."""
    settings = settings or load()
    quiet = max(settings.application.log_level, LogLevel.WARNING, key=_severity)
    configure(replace(settings.application, log_level=quiet))
    container = build_container(settings, *overrides)
    try:
        yield container
    finally:
        await container.close()


async def rehearse(settings: Settings) -> None:
    """Open the store and close it again; raises what keeps it from being used."""
    async with parts(settings) as container:
        await require_ready(await container.get(Backend))


def _severity(level: LogLevel) -> int:
    return logging.getLevelNamesMapping()[level.upper()]
