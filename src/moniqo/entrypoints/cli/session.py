"""A container for the length of one command."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from dishka import AsyncContainer, Provider, Scope, provide

from moniqo.adapters.persistence.backend import Backend
from moniqo.adapters.queue.doorbell import Doorbell
from moniqo.entrypoints.cli.readiness import require_ready
from moniqo.entrypoints.container import build_container
from moniqo.entrypoints.logs import configure
from moniqo.entrypoints.providers.jobs import Places
from moniqo.entrypoints.settings import Settings, load
from moniqo.entrypoints.settings.model import EMBEDDED
from moniqo.entrypoints.settings.values import LogLevel


class _NoTasks(Provider):
    scope = Scope.APP

    @provide
    def places(self) -> Places:
        """None at all."""
        return Places({})


@asynccontextmanager
async def session(
    settings: Settings | None = None, *overrides: Provider
) -> AsyncIterator[AsyncContainer]:
    """The parts, on a store that answers and is up to date; at the end events are told.

    Raises `WrongSettings`, `Unavailable`, `MigrationsPending`.
    """
    async with parts(settings, *overrides) as container:
        await require_ready(await container.get(Backend))
        yield container
        await (await container.get(Doorbell)).drain()


@asynccontextmanager
async def parts(
    settings: Settings | None = None, *overrides: Provider
) -> AsyncIterator[AsyncContainer]:
    """The parts, whatever state the store is in. Logs go to standard error, warnings and up.

    Tasks are left to servers and workers, save what a command does itself: of other people's it
    would never come to an end.
    """
    settings = settings or load()
    quiet = max(settings.application.log_level, LogLevel.WARNING, key=_severity)
    configure(replace(settings.application, log_level=quiet))
    alone = replace(settings, jobs=replace(settings.jobs, queue_url=EMBEDDED))
    container = build_container(alone, _NoTasks(), *overrides)
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
