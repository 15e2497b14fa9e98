"""Whether the process lives, and whether it can serve."""

import asyncio
from dataclasses import dataclass
from enum import StrEnum

from moniqo.adapters.persistence.backend import Backend
from moniqo.domain.shared.errors import Fault, Unavailable
from moniqo.entrypoints.http.endpoint import GET, Controller, endpoint

PATIENCE_SECONDS = 2.0


class State(StrEnum):
    """How something is."""

    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Health:
    """The state of the whole and of each part that it needs."""

    status: State
    storage: State


@dataclass(frozen=True, slots=True)
class Alive:
    """The process answers."""

    status: State = State.UP


async def require_storage(backend: Backend) -> None:
    """Raise `Unavailable` unless the store answers in time; why is for the operator's eyes."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await backend.check()
    except (Unavailable, TimeoutError) as problem:
        fault = Fault("storage", State.DOWN)
        raise Unavailable("The storage does not answer.", faults=(fault,)) from problem


class HealthController(Controller):
    """`/health`."""

    path = "/health"
    tag = "Health"

    @endpoint(GET, summary="Tell the state of each dependency", public=True, limited=False)
    async def health(self, backend: Backend) -> Health:
        """503 while something that is needed is down; `details` says what."""
        await require_storage(backend)
        return Health(State.UP, State.UP)

    @endpoint(GET, "/live", summary="Tell that the process lives", public=True, limited=False)
    async def live(self) -> Alive:
        """For orchestrators: if this does not answer, start the process anew."""
        return Alive()

    @endpoint(
        GET,
        "/ready",
        summary="Tell whether requests can be served",
        public=True,
        limited=False,
    )
    async def ready(self, backend: Backend) -> Alive:
        """For orchestrators: send no requests while this answers 503."""
        await require_storage(backend)
        return Alive()
