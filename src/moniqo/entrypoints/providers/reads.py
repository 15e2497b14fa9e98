"""The generic reads of an entity, by its access policy."""

from typing import TypeVar

from dishka import Provider, Scope

from moniqo.application.shared.access import Access, Browse, Fetch
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.domain.shared.entity import Entity

E = TypeVar("E", bound=Entity)


def add_reads(provider: Provider, access: Access[E]) -> None:
    """Provide `Fetch[E]` and `Browse[E]`."""

    def fetch(uow: UnitOfWork) -> Fetch[E]:
        return Fetch(uow, access)

    def browse(uow: UnitOfWork) -> Browse[E]:
        return Browse(uow, access)

    entity = access.entity
    provider.provide(fetch, provides=Fetch[entity], scope=Scope.APP)  # type: ignore[valid-type]
    provider.provide(browse, provides=Browse[entity], scope=Scope.APP)  # type: ignore[valid-type]
