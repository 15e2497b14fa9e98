"""Everybody sees a picture of everybody who is there."""

import pytest

from moniqo.application.files.get_avatar import initial
from moniqo.domain.files.kind import FileKind
from moniqo.domain.identity.account import Account
from moniqo.domain.shared.errors import NotFound
from moniqo.domain.shared.ids import UserId
from support.cabinet import open_cabinet


async def test_a_picture_is_shown_by_its_kind() -> None:
    cabinet = await open_cabinet()
    await cabinet.set_avatar()

    avatar = await cabinet.avatar()

    assert (avatar.kind, avatar.mark) == (FileKind.PNG, (await cabinet.user()).avatar_key)


async def test_a_picture_that_was_seen_is_not_read() -> None:
    cabinet = await open_cabinet()
    await cabinet.set_avatar()
    mark = (await cabinet.avatar()).mark
    cabinet.shelf.broken = {"open"}

    avatar = await cabinet.avatar(has=mark)

    assert (avatar.mark, avatar.content) == (mark, None)


async def test_without_a_picture_there_is_an_initial() -> None:
    cabinet = await open_cabinet()

    avatar = await cabinet.avatar()

    assert (avatar.initial, avatar.kind, avatar.content) == ("A", None, None)


async def test_a_picture_that_is_lost_is_made_up_for_by_the_initial() -> None:
    cabinet = await open_cabinet()
    await cabinet.set_avatar()
    cabinet.shelf.objects.clear()

    avatar = await cabinet.avatar()

    assert (avatar.mark, avatar.kind, avatar.content) == ("initial A", None, None)


async def test_nobody_is_shown_who_is_unknown_deactivated_or_removed() -> None:
    cabinet = await open_cabinet()
    (account,) = await cabinet.people.all(Account)

    with pytest.raises(NotFound):
        await cabinet.avatar(UserId(cabinet.people.ids.new()))
    await cabinet.people.save(account.with_(is_active=False))
    with pytest.raises(NotFound):
        await cabinet.avatar()
    await cabinet.people.remove(await cabinet.user())
    with pytest.raises(NotFound):
        await cabinet.avatar()


@pytest.mark.parametrize(
    ("name", "letter"),
    [
        ("ada", "A"),
        ("Ωmega", "Ω"),
        ("<script>", "S"),
        ("“Zoë”", "Z"),
        ("ßen", "S"),
        ("42", "4"),
        ("\U0001f600", "?"),
        ("&<>", "?"),
    ],
)
def test_the_initial_is_a_letter_and_nothing_else(name: str, letter: str) -> None:
    assert initial(name) == letter
