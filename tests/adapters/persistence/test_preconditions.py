"""A call that names the version it is meant for changes that version or nothing."""

from collections.abc import Iterator
from uuid import UUID

import pytest

from moniqo.adapters.persistence.memory import MemoryBackend
from moniqo.application.shared.caller import CallContext, current_call
from moniqo.domain.shared.errors import PreconditionFailed
from support.specimen import CONTRACT, Specimen
from support.store import Store


@pytest.fixture
def store() -> Store:
    """A store in memory."""
    return Store(MemoryBackend(CONTRACT))


@pytest.fixture(autouse=True)
def after() -> Iterator[None]:
    """What a test expects ends with it."""
    before = current_call.get()
    yield
    current_call.set(before)


def expect(*pairs: tuple[UUID, int]) -> None:
    current_call.set(CallContext(expected=pairs))


async def rename(store: Store, specimen: Specimen, *names: str) -> Specimen:
    """Change the name as often as there are names, in one unit of work."""
    async with store.uow() as tx:
        for name in names:
            found = await tx[Specimen].get(specimen.id)
            renamed = await tx[Specimen].save(found.with_(name=name))
    return renamed


async def test_the_expected_version_is_changed(store: Store) -> None:
    specimen = await store.added()
    expect((specimen.id, 1))

    renamed = await rename(store, specimen, "new")

    assert renamed.version == 2


async def test_another_version_is_left_alone(store: Store) -> None:
    specimen = await store.added(name="old")
    expect((specimen.id, 7))

    with pytest.raises(PreconditionFailed):
        await rename(store, specimen, "new")

    expect()
    assert (await store.stored(specimen.id)).name == "old"


async def test_one_of_several_versions_will_do(store: Store) -> None:
    specimen = await store.added()
    expect((specimen.id, 7), (specimen.id, 1))

    assert (await rename(store, specimen, "new")).version == 2


async def test_other_entities_may_be_at_any_version(store: Store) -> None:
    specimen, other = await store.added(), await store.added()
    expect((other.id, 7))

    assert (await rename(store, specimen, "new")).version == 2


async def test_a_call_may_change_again_what_it_has_changed(store: Store) -> None:
    specimen = await store.added()
    expect((specimen.id, 1))

    await rename(store, specimen, "new", "newer")
    again = await rename(store, specimen, "newest")

    assert again.version == 4


async def test_what_was_not_committed_is_expected_again(store: Store) -> None:
    specimen = await store.added()
    expect((specimen.id, 1))

    with pytest.raises(ZeroDivisionError):
        async with store.uow() as tx:
            await tx[Specimen].save((await tx[Specimen].get(specimen.id)).with_(name="new"))
            _ = 1 / 0
    expected = current_call.get().expected
    current_call.set(CallContext())
    await rename(store, specimen, "by somebody else")
    current_call.set(CallContext(expected=expected))

    with pytest.raises(PreconditionFailed):
        await rename(store, specimen, "new")


async def test_what_is_only_loaded_must_be_the_expected_version_too(store: Store) -> None:
    specimen = await store.added()
    expect((specimen.id, 7))

    with pytest.raises(PreconditionFailed):
        async with store.uow() as tx:
            await tx[Specimen].get(specimen.id)


async def test_having_read_is_not_having_changed(store: Store) -> None:
    specimen = await store.added()
    expect((specimen.id, 1))

    async with store.uow() as tx:
        await tx[Specimen].get(specimen.id)
    expected = current_call.get().expected
    current_call.set(CallContext())
    await rename(store, specimen, "by somebody else")
    current_call.set(CallContext(expected=expected))

    with pytest.raises(PreconditionFailed):
        await rename(store, specimen, "new")


async def test_what_a_call_has_begun_goes_on_whoever_changes_the_entity(store: Store) -> None:
    specimen = await store.added()
    expect((specimen.id, 1))

    async with store.uow() as tx:
        await tx[Specimen].get(specimen.id)
        await tx[Specimen].add(store.specimen())
    expected = current_call.get().expected
    current_call.set(CallContext())
    await rename(store, specimen, "by somebody else")
    current_call.set(CallContext(expected=expected))

    assert (await rename(store, specimen, "new")).version == 3
