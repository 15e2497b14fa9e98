"""Whether the store can be used as it is, and making it so."""

from moniqo.adapters.persistence.backend import Backend
from moniqo.domain.shared.errors import Unavailable
from moniqo.entrypoints.cli.failures import MigrationsPending


async def require_reachable(backend: Backend) -> tuple[str, ...]:
    """The migrations that are pending; raises `Unavailable`, saying why and what to do."""
    try:
        return await backend.pending()
    except Unavailable:
        # The check knows more of reasons; where it finds none, the first error stands.
        await backend.check()
        raise


async def require_ready(backend: Backend) -> None:
    """Raise `Unavailable` or `MigrationsPending` unless the store can be used as it is."""
    pending = await require_reachable(backend)
    if pending:
        raise MigrationsPending(pending)
    await backend.check()


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
