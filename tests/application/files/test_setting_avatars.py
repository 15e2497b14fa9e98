"""Pictures of oneself: one at a time, and nothing left behind wherever something fails."""

from datetime import timedelta

import pytest

from moniqo.application.files.keeping import SWEEP_ORPHANS
from moniqo.application.files.terms import FileTerms
from moniqo.application.shared.query import eq
from moniqo.domain.audit.audit_log import AuditLog
from moniqo.domain.files.kind import FileKind
from moniqo.domain.shared.errors import (
    NotFound,
    RateLimited,
    StaleVersion,
    Unavailable,
    UnsupportedFileType,
)
from support.cabinet import Cabinet, open_cabinet
from support.pictures import opened, picture
from support.uploads import PDF


async def shown(cabinet: Cabinet) -> bytes:
    content = (await cabinet.avatar()).content
    assert content is not None
    return b"".join([chunk async for chunk in content.chunks])


async def test_a_picture_is_stored_and_referred_to() -> None:
    cabinet = await open_cabinet()

    profile = await cabinet.set_avatar()

    user = await cabinet.user()
    assert list(cabinet.shelf.objects) == [user.avatar_key]
    assert profile.avatar_url == f"/api/v1/users/{user.id}/avatar"
    assert profile.version == user.version
    assert opened(await shown(cabinet)).size == (64, 48)
    assert await cabinet.orphans() == ()


async def test_the_picture_before_goes_as_soon_as_it_is_swept() -> None:
    cabinet = await open_cabinet()
    await cabinet.set_avatar(name="first.png")

    await cabinet.set_avatar(name="second.png")
    before = len(cabinet.shelf.objects)
    await cabinet.sweep()

    assert before == 2
    assert list(cabinet.shelf.objects) == [(await cabinet.user()).avatar_key]
    assert cabinet.bells.rung.count(SWEEP_ORPHANS) == 1
    assert await cabinet.orphans() == ()


async def test_the_trail_tells_of_the_change_and_not_of_orphans() -> None:
    cabinet = await open_cabinet()

    await cabinet.set_avatar()

    rows = await cabinet.people.all(AuditLog, eq("entity_type", "User"), eq("action", "update"))
    assert [row.new_values["avatar_key"] for row in rows] == [(await cabinet.user()).avatar_key]
    assert await cabinet.people.all(AuditLog, eq("entity_type", "Orphan")) == ()


async def test_a_picture_that_could_not_be_stored_leaves_nothing() -> None:
    cabinet = await open_cabinet()
    cabinet.shelf.broken = {"put"}

    with pytest.raises(Unavailable):
        await cabinet.set_avatar()
    await cabinet.sweep()

    assert (await cabinet.user()).avatar_key is None
    assert await cabinet.orphans() == ()


async def test_a_picture_that_may_have_been_stored_is_looked_for_and_removed() -> None:
    cabinet = await open_cabinet()
    cabinet.shelf.broken = {"after put"}

    with pytest.raises(Unavailable):
        await cabinet.set_avatar()
    stored = len(cabinet.shelf.objects)
    await cabinet.sweep()

    assert (stored, cabinet.shelf.objects) == (1, {})


async def test_what_a_crash_left_stored_goes_when_its_time_has_come() -> None:
    cabinet = await open_cabinet()
    crashed = cabinet.keeping.stored("avatars/x/y.png", picture(), FileKind.PNG)
    await crashed.__aenter__()

    await cabinet.sweep()
    early = len(cabinet.shelf.objects)
    cabinet.people.clock.advance(minutes=10)
    await cabinet.sweep()

    assert (early, cabinet.shelf.objects, await cabinet.orphans()) == (1, {}, ())


async def test_what_was_swept_before_anything_referred_to_it_is_not_referred_to() -> None:
    cabinet = await open_cabinet()

    with pytest.raises(StaleVersion):
        async with cabinet.keeping.stored("avatars/x/y.png", b"", FileKind.PNG) as orphan:
            cabinet.people.clock.advance(minutes=10)
            await cabinet.sweep()
            async with cabinet.people.uow() as tx:
                await cabinet.keeping.adopt(tx, orphan)

    assert cabinet.shelf.objects == {}


async def test_somebody_who_is_removed_meanwhile_leaves_nothing() -> None:
    cabinet = await open_cabinet()
    await cabinet.people.remove(await cabinet.user())

    with pytest.raises(NotFound):
        await cabinet.set_avatar()
    await cabinet.sweep()

    assert cabinet.shelf.objects == {}


async def test_uploads_are_counted_whatever_becomes_of_them() -> None:
    cabinet = await open_cabinet(FileTerms(uploads_per_hour=2))
    await cabinet.set_avatar()
    with pytest.raises(UnsupportedFileType):
        await cabinet.store(b"nothing")

    with pytest.raises(RateLimited) as caught:
        await cabinet.set_avatar()
    cabinet.people.clock.advance(hours=1)
    await cabinet.set_avatar()

    assert caught.value.retry_after == timedelta(hours=1).total_seconds()


@pytest.mark.parametrize("content", [b"", PDF, b"<svg/>", b"\x89PNG\r\n\x1a\n"])
async def test_what_is_no_picture_is_refused_before_anything_is_stored(content: bytes) -> None:
    cabinet = await open_cabinet()

    with pytest.raises(UnsupportedFileType) as caught:
        await cabinet.set_avatar(content)

    assert caught.value.faults[0].field == "file"
    assert await cabinet.orphans() == ()


async def test_kinds_that_the_operator_does_not_allow_are_refused() -> None:
    cabinet = await open_cabinet(FileTerms(avatar_kinds=frozenset({FileKind.JPEG})))

    await cabinet.set_avatar(picture("JPEG"))
    with pytest.raises(UnsupportedFileType, match="one of image/jpeg"):
        await cabinet.set_avatar(picture("PNG"))


async def test_removing_takes_the_picture_away_once() -> None:
    cabinet = await open_cabinet()
    await cabinet.set_avatar()

    await cabinet.remove_avatar()
    await cabinet.remove_avatar()
    await cabinet.sweep()

    assert (await cabinet.user()).avatar_key is None
    assert cabinet.shelf.objects == {}
