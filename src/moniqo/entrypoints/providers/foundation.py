"""What everything stands on: settings, the machine, the store."""

from collections.abc import AsyncIterator

from dishka import Provider, Scope, provide

from moniqo.adapters.persistence.backend import Backend
from moniqo.adapters.persistence.collections import REGISTRY
from moniqo.adapters.persistence.recording import RecordedUnitOfWork
from moniqo.adapters.persistence.telling import Bell
from moniqo.adapters.system import SystemClock, SystemRandomness, Uuid7Ids
from moniqo.application.shared.kept_answers import KeptAnswers
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.system import Clock, Ids, Randomness
from moniqo.entrypoints.providers.stores import open_backend
from moniqo.entrypoints.settings import Settings


class Foundation(Provider):
    """Settings, system ports, the backend of `STORAGE_BACKEND` and the unit of work on it."""

    scope = Scope.APP
    clock = provide(SystemClock, provides=Clock)
    ids = provide(Uuid7Ids, provides=Ids)
    randomness = provide(SystemRandomness, provides=Randomness)

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings

    @provide
    def settings(self) -> Settings:
        """As they were read."""
        return self._settings

    @provide
    async def backend(self, settings: Settings) -> AsyncIterator[Backend]:
        """Opened when first wanted, closed with the container."""
        backend = open_backend(settings.storage, REGISTRY)
        yield backend
        await backend.close()

    @provide
    def uow(
        self, backend: Backend, clock: Clock, ids: Ids, bell: Bell, kept: KeptAnswers
    ) -> UnitOfWork:
        """The recording unit of work; right after it its events are told, its entries sealed."""
        return RecordedUnitOfWork(backend, REGISTRY, clock, ids, bell=bell, kept=kept)
