"""The generic reads of an entity, by its access policy."""

from typing import TypeVar

from dishka import Provider, Scope

from moniqo.application.shared.access import Access, Archive, Browse, Fetch
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.domain.shared.entity import Entity

E = TypeVar("E", bound=Entity)


def add_reads(provider: Provider, access: Access[E], *, archive: bool = False) -> None:
    """Provide `Fetch[E]` and `Browse[E]`, and with `archive` also `Archive[E]`."""

    def fetch(uow: UnitOfWork) -> Fetch[E]:
        return Fetch(uow, access)

    def browse(uow: UnitOfWork) -> Browse[E]:
        return Browse(uow, access)

    def remove(uow: UnitOfWork) -> Archive[E]:
        return Archive(uow, access)

    entity = access.entity
    provider.provide(fetch, provides=Fetch[entity], scope=Scope.APP)  # type: ignore[valid-type]
    provider.provide(browse, provides=Browse[entity], scope=Scope.APP)  # type: ignore[valid-type]
    if archive:
        provider.provide(remove, provides=Archive[entity], scope=Scope.APP)  # type: ignore[valid-type]
