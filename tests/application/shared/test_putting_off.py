"""Outside of repeatable requests nothing is put off."""

from moniqo.adapters.persistence.memory import MemoryBackend
from moniqo.application.shared.putting_off import PutOff, at_once, putting_off
from support.specimen import CONTRACT, Specimen
from support.store import Store


async def test_a_request_that_wrote_nothing_has_nothing_to_put_off() -> None:
    work = PutOff()

    await work.rollback()

    assert not await work.commit()


async def test_an_error_within_what_lasts_at_once_changes_nothing_for_what_follows() -> None:
    store, work = Store(MemoryBackend(CONTRACT)), PutOff()
    token = putting_off.set(work)

    try:
        async with at_once():
            raise RuntimeError
    except RuntimeError:
        async with store.uow() as tx:
            await tx[Specimen].add(store.specimen())
    await work.rollback()
    putting_off.reset(token)

    assert await store.found() == ()
