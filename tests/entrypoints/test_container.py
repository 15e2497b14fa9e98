"""Everything that an entry point may ask for is there, on every backend."""

import inspect
from collections.abc import Iterator
from dataclasses import is_dataclass, replace
from types import ModuleType

import pytest
from dishka import Provider, Scope

from moniqo.application.shared.access import Access, Archive, Browse, Fetch, own
from moniqo.application.shared.system import Clock
from moniqo.domain.agents.prompt import Prompt
from moniqo.domain.trading.trade import Trade
from moniqo.entrypoints.container import build_container
from moniqo.entrypoints.providers.use_cases import access_policies
from moniqo.entrypoints.settings import Settings, StorageBackend
from moniqo.entrypoints.settings.model import Storage
from moniqo.entrypoints.settings.values import ConnectionUrl
from support.source_tree import modules, own_classes
from support.store import StepClock

GENERIC = {Archive, Browse, Fetch}
"""Made for each entity that has an access policy."""


def use_cases() -> Iterator[type]:
    """Every dataclass of the application that is called and awaited, with its ports as fields."""
    for found in own_classes("application"):
        call = found.__dict__.get("__call__")
        if is_dataclass(found) and inspect.iscoroutinefunction(call) and found not in GENERIC:
            yield found


USE_CASES = sorted(use_cases(), key=lambda found: found.__qualname__)
BACKENDS = {
    "memory": lambda _: Storage(StorageBackend.MEMORY),
    "sqlite": lambda folder: Storage(database_url=ConnectionUrl(f"sqlite:///{folder}/x.sqlite3")),
    "postgres": lambda _: Storage(
        StorageBackend.POSTGRES, ConnectionUrl("postgresql://127.0.0.1:1/moniqo")
    ),
    "mongo": lambda _: Storage(StorageBackend.MONGO),
}


def settings_on(storage: Storage) -> Settings:
    return replace(Settings(), storage=storage)


@pytest.mark.parametrize("backend", BACKENDS)
async def test_every_use_case_can_be_had(backend: str, tmp_path):
    container = build_container(settings_on(BACKENDS[backend](tmp_path)))

    for wanted in USE_CASES:
        assert isinstance(await container.get(wanted), wanted)

    await container.close()


async def test_whatever_has_an_access_policy_is_read_and_removed_by_it():
    container = build_container(settings_on(Storage(StorageBackend.MEMORY)))
    policies = access_policies(modules("application"))

    for entity, policy in policies.items():
        for generic in GENERIC:
            assert (await container.get(generic[entity])).access is policy

    assert {Prompt, Trade} <= set(policies)
    await container.close()


def test_two_policies_for_one_entity_are_refused():
    first, second = ModuleType("first"), ModuleType("second")
    first.PROMPTS = Access(Prompt, readable=own, writable=own)
    second.PROMPTS_TOO = Access(Prompt, readable=own, writable=own)

    assert access_policies((first, first)) == {Prompt: first.PROMPTS}
    with pytest.raises(TypeError, match="Prompt has two"):
        access_policies((first, second))


def test_there_are_use_cases_at_all():
    assert len(USE_CASES) > 20


async def test_an_override_takes_the_place_of_what_it_provides():
    stepping = Provider(Scope.APP)
    stepping.provide(lambda: StepClock(), provides=Clock)  # noqa: PLW0108  (it has a parameter)

    container = build_container(settings_on(Storage(StorageBackend.MEMORY)), stepping)

    assert isinstance(await container.get(Clock), StepClock)
    await container.close()


async def test_one_of_each_is_made():
    container = build_container(settings_on(Storage(StorageBackend.MEMORY)))

    assert await container.get(USE_CASES[0]) is await container.get(USE_CASES[0])
    await container.close()
