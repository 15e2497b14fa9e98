"""Every use case of the application, found where it stands: none is listed anywhere."""

import pkgutil
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from inspect import getmembers, isclass, iscoroutinefunction
from types import ModuleType
from typing import Any

from dishka import Provider, Scope

from moniqo import application
from moniqo.application.shared.access import Access, Archive, Browse, Fetch
from moniqo.application.shared.persistence import UnitOfWork


class UseCases(Provider):
    """Each use case by its class, and `Fetch`, `Browse` and `Archive` by each access policy.

    A use case is a class of the application with an asynchronous `__call__`; its fields are
    resolved by their types. One that needs more than that, a setting say, is made by the
    provider of its context, which comes after this one and takes its place.
    """

    scope = Scope.APP

    def __init__(self) -> None:
        super().__init__()
        for use_case in use_cases():
            self.provide(use_case)
        for entity, access in access_policies(_modules()).items():
            for generic in (Fetch, Browse, Archive):
                self.provide(_with(generic, access), provides=generic[entity])


def use_cases() -> Iterator[type]:
    """The classes themselves; generic ones are no use cases before they have an entity."""
    for module in _modules():
        for _, found in getmembers(module, isclass):
            is_awaited = iscoroutinefunction(vars(found).get("__call__"))
            is_generic = hasattr(found, "__parameters__")
            if found.__module__ == module.__name__ and is_awaited and not is_generic:
                yield found


def access_policies(modules: tuple[ModuleType, ...]) -> dict[type, Access[Any]]:
    """The policy of each entity; raises `TypeError` for an entity that has two."""
    policies: dict[type, Access[Any]] = {}
    for module in modules:
        for found in vars(module).values():
            if isinstance(found, Access) and policies.setdefault(found.entity, found) is not found:
                raise TypeError(f"{found.entity.__name__} has two access policies")
    return policies


@cache
def _modules() -> tuple[ModuleType, ...]:
    found = pkgutil.walk_packages(application.__path__, f"{application.__name__}.")
    return tuple(import_module(item.name) for item in found)


def _with(generic: type, access: Access[Any]) -> Callable[[UnitOfWork], Any]:
    def make(uow: UnitOfWork) -> Any:
        return generic(uow, access)

    return make
