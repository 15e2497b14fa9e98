"""Files are kept as they are for their owners, and go with their bytes."""

import hashlib

import pytest

from moniqo.domain.files.file import File
from moniqo.domain.shared.errors import NotFound, Unavailable, UnsupportedFileType
from moniqo.domain.shared.ids import UserId
from support.cabinet import open_cabinet
from support.uploads import PDF


async def test_a_file_is_kept_byte_for_byte() -> None:
    cabinet = await open_cabinet()

    file = await cabinet.store(PDF, "../a.pdf")

    assert cabinet.shelf.objects == {file.storage_key: PDF}
    assert file.storage_key == f"files/{cabinet.ada.user_id}/{file.id}.pdf"
    assert (file.name, file.size, file.content_type) == ("a.pdf", len(PDF), "application/pdf")
    assert file.sha256 == hashlib.sha256(PDF).hexdigest()
    assert await cabinet.orphans() == ()


async def test_what_is_of_no_known_kind_is_refused() -> None:
    cabinet = await open_cabinet()

    with pytest.raises(UnsupportedFileType, match="application/pdf"):
        await cabinet.store(b"MZ")

    assert cabinet.shelf.objects == {}


async def test_a_file_that_may_have_been_stored_leaves_nothing() -> None:
    cabinet = await open_cabinet()
    cabinet.shelf.broken = {"after put"}

    with pytest.raises(Unavailable):
        await cabinet.store()
    await cabinet.sweep()

    assert (cabinet.shelf.objects, await cabinet.people.all(File)) == ({}, ())


async def test_a_link_is_for_the_owner_alone() -> None:
    cabinet = await open_cabinet()
    file = await cabinet.store()

    assert (await cabinet.link(file)).startswith("/api/v1/files/content?link=")
    with pytest.raises(NotFound):
        await cabinet.link(file, UserId(cabinet.people.ids.new()))


async def test_a_file_goes_with_its_bytes() -> None:
    cabinet = await open_cabinet()
    file, other = await cabinet.store(), await cabinet.store()

    with pytest.raises(NotFound):
        await cabinet.remove_file(file, UserId(cabinet.people.ids.new()))
    await cabinet.remove_file(file)
    await cabinet.sweep()

    assert list(cabinet.shelf.objects) == [other.storage_key]
    with pytest.raises(NotFound):
        await cabinet.remove_file(file)


async def test_what_cannot_be_deleted_now_is_deleted_later() -> None:
    cabinet = await open_cabinet()
    await cabinet.remove_file(await cabinet.store())
    cabinet.shelf.broken = {"delete"}

    with pytest.raises(Unavailable):
        await cabinet.sweep()
    cabinet.shelf.broken = set()
    await cabinet.sweep()
    early = len(cabinet.shelf.objects)
    cabinet.people.clock.advance(minutes=1)
    await cabinet.sweep()

    assert (early, cabinet.shelf.objects, await cabinet.orphans()) == (1, {}, ())


async def test_of_two_sweeps_at_once_one_deletes() -> None:
    cabinet = await open_cabinet()
    await cabinet.remove_file(await cabinet.store())
    (orphan,) = await cabinet.orphans()
    await cabinet.people.save(orphan.claimed(cabinet.people.clock.now()))

    await cabinet.sweep()

    assert len(cabinet.shelf.objects) == 1
