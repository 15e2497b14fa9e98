"""Files that are over after a while, or that only somebody with a permission has."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from moniqo.application.shared.persistence import Transaction
from moniqo.application.shared.query import eq
from moniqo.domain.files.file import File
from moniqo.domain.identity.account import Account
from moniqo.domain.identity.role import Role
from moniqo.domain.identity.user import User
from moniqo.domain.shared.errors import NotFound
from support.cabinet import Cabinet, open_cabinet


async def stored(cabinet: Cabinet, **fields: Any) -> File:
    file = await cabinet.store()
    changed: File = await cabinet.people.save(file.with_(**fields))
    return changed


async def is_had(cabinet: Cabinet, file: File) -> bool:
    """Whether its owner gets a link, and that leads to it; one goes with the other."""
    had = []
    for ask in (cabinet.link, cabinet.open):
        try:
            await ask(file)
        except NotFound:
            had.append(False)
        else:
            had.append(True)
    assert len(set(had)) == 1
    return had[0]


async def test_a_file_is_there_until_its_time_is_over() -> None:
    cabinet = await open_cabinet()
    clock = cabinet.people.clock
    file = await stored(cabinet, expires_at=clock.now() + timedelta(days=1))

    before = await is_had(cabinet, file)
    clock.advance(days=1)

    assert (before, await is_had(cabinet, file)) == (True, False)


async def test_a_file_is_its_owners_as_long_as_they_hold_what_it_needs() -> None:
    cabinet = await open_cabinet()
    people = cabinet.people
    file = await stored(cabinet, needs="reports:write")

    as_user = await is_had(cabinet, file)
    (admin,) = await people.all(Role, eq("name", "Admin"))
    await people.save((await cabinet.user()).with_(role_id=admin.id))

    assert (as_user, await is_had(cabinet, file)) == (False, True)


async def test_nobody_who_is_shut_out_has_a_file() -> None:
    cabinet = await open_cabinet()
    people = cabinet.people
    file = await stored(cabinet)
    (account,) = await people.all(Account)

    shut_out = await people.save(account.with_(is_active=False))
    deactivated = await is_had(cabinet, file)
    await people.save(shut_out.with_(is_active=True))
    back = await is_had(cabinet, file)
    await people.remove(await cabinet.user())
    removed = await is_had(cabinet, file)

    assert (deactivated, back, removed) == (False, True, False)
    assert await people.all(User) == ()


async def test_what_is_over_goes_with_its_bytes_and_all_else_stays() -> None:
    cabinet = await open_cabinet()
    now = cabinet.people.clock.now()
    stays = [await stored(cabinet), await stored(cabinet, expires_at=now + timedelta(seconds=1))]
    over = [await stored(cabinet, expires_at=now - timedelta(days=day)) for day in (1, 2)]

    await cabinet.sweep_files()

    assert {file.id for file in await cabinet.people.all(File)} == {file.id for file in stays}
    assert cabinet.shelf.objects.keys() == {file.storage_key for file in stays}
    assert not {file.storage_key for file in over} & cabinet.shelf.objects.keys()


async def test_a_file_that_somebody_else_removes_just_then_is_no_trouble() -> None:
    cabinet = await open_cabinet()
    long_ago = cabinet.people.clock.now() - timedelta(days=1)
    file = await stored(cabinet, expires_at=long_ago)
    opened = 0

    @asynccontextmanager
    async def meddled() -> AsyncIterator[Transaction]:
        nonlocal opened
        opened += 1
        if opened == 2:
            await cabinet.remove_file(file)
        async with cabinet.people.uow() as tx:
            yield tx

    await cabinet.sweep_files(replace(cabinet.keeping, uow=meddled))

    assert (cabinet.shelf.objects, await cabinet.orphans()) == ({}, ())
    with pytest.raises(NotFound):
        await cabinet.remove_file(file)
