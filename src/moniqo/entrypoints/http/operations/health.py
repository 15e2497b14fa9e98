"""Whether the process lives, and whether it can serve."""

import asyncio
from dataclasses import dataclass
from enum import StrEnum

from moniqo.adapters.limits.shared_windows import SharedWindows
from moniqo.adapters.persistence.backend import Backend
from moniqo.adapters.persistence.skew import SkewAlarm
from moniqo.domain.shared.errors import Fault, Unavailable
from moniqo.entrypoints.http.endpoint import GET, Controller, endpoint

PATIENCE_SECONDS = 2.0


class State(StrEnum):
    """How something is."""

    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"


_STATES = {None: None, True: State.UP, False: State.DOWN}


@dataclass(frozen=True, slots=True)
class Health:
    """The state of the whole and of each part; `redis` is null where none is configured.

    It is degraded while something is lost that it can do without, or if its clock and that of the
    storage are apart.
    """

    status: State
    storage: State
    redis: State | None
    clock: State


@dataclass(frozen=True, slots=True)
class Alive:
    """The process answers."""

    status: State = State.UP


async def examined(backend: Backend, alarm: SkewAlarm) -> State:
    """How the clock is; raises `Unavailable` unless the store answers in time.

    Why is for the operator's eyes.
    """
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await backend.check()
            return State.UP if await alarm.agrees() else State.DEGRADED
    except (Unavailable, TimeoutError) as problem:
        fault = Fault("storage", State.DOWN)
        raise Unavailable("The storage does not answer.", faults=(fault,)) from problem


class HealthController(Controller):
    """`/health`."""

    path = "/health"
    tag = "Health"

    @endpoint(GET, summary="Tell the state of each dependency", public=True, limited=False)
    async def health(self, backend: Backend, shared: SharedWindows, alarm: SkewAlarm) -> Health:
        """503 while something that is needed is down; `details` says what."""
        clock = await examined(backend, alarm)
        redis = _STATES[await shared.answer()]
        is_well = clock is State.UP and redis is not State.DOWN
        status = State.UP if is_well else State.DEGRADED
        return Health(status, storage=State.UP, redis=redis, clock=clock)

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
    async def ready(self, backend: Backend, alarm: SkewAlarm) -> Alive:
        """For orchestrators: send no requests while this answers 503.

        Without Redis requests are served, only slower.
        """
        await examined(backend, alarm)
        return Alive()
