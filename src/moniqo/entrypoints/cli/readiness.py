"""Whether the store can be used as it is, and making it so."""

import asyncio

from moniqo.adapters.persistence.backend import Backend
from moniqo.domain.shared.errors import Unavailable
from moniqo.entrypoints.cli.failures import MigrationsPending


async def pending_on(backend: Backend) -> tuple[str, ...]:
    """The migrations that are pending; raises `Unavailable`, saying why and what to do.

    With none pending the store can be used as it is.
    """
    # Both at once: what does not answer is waited for only once. The check knows more reasons.
    checked, pending = await asyncio.gather(
        backend.check(), backend.pending(), return_exceptions=True
    )
    if isinstance(pending, BaseException):
        raise checked or pending
    if checked is not None and not pending:
        raise checked
    return pending


async def require_ready(backend: Backend) -> None:
    """Raise `Unavailable` or `MigrationsPending` unless the store can be used as it is."""
    pending = await pending_on(backend)
    if pending:
        raise MigrationsPending(pending)


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
