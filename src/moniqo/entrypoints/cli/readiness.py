"""Whether the store can be used as it is, and making it so."""

import asyncio
import logging

from moniqo.adapters.cache.redis_probe import ping
from moniqo.adapters.persistence.backend import Backend
from moniqo.domain.shared.errors import Unavailable
from moniqo.entrypoints.cli.failures import MigrationsPending
from moniqo.entrypoints.settings import Settings

logger = logging.getLogger(__name__)
PATIENCE = 2
"""Seconds for a second question to a server that did not answer the first."""


async def pending_on(backend: Backend) -> tuple[str, ...]:
    """The migrations that are pending; raises `Unavailable`, saying why and what to do.

    With none pending the store can be used as it is.
    """
    try:
        await backend.check()
    except Unavailable:
        pending = await _pending_soon(backend)
        if not pending:
            raise
        return pending
    return await backend.pending()


async def _pending_soon(backend: Backend) -> tuple[str, ...]:
    """What is pending where that is why a check fails; a server that is down has its say."""
    try:
        async with asyncio.timeout(PATIENCE):
            return await backend.pending()
    except (Unavailable, TimeoutError):
        return ()


async def require_ready(backend: Backend) -> None:
    """Raise `Unavailable` or `MigrationsPending` unless the store can be used as it is."""
    pending = await pending_on(backend)
    if pending:
        raise MigrationsPending(pending)


async def warn_of_services(settings: Settings) -> None:
    """Log which configured services do not answer; nothing fails for want of them."""
    url = settings.storage.redis_url
    if url is None:
        return
    try:
        await ping(url.value)
    except Unavailable as error:
        logger.warning("%s", error.message)


async def bring_up(backend: Backend) -> tuple[str, ...] | None:
    """Apply what is pending and name it; None for a store that had to be made first."""
    try:
        pending = await backend.pending()
    except Unavailable:
        # An SQLite file that is not there yet. A server that is not there fails again below.
        pending = None
    try:
        await backend.migrate()
    finally:
        await backend.check()
    return pending
