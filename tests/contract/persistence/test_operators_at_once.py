"""Operators at once: somebody can always do everything, and nobody has a role that is gone."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio

from moniqo.adapters.persistence.collections import REGISTRY
from moniqo.application.identity.assign_role import AssignRole, RoleChoice
from moniqo.application.identity.create_permission import CreatePermission
from moniqo.application.identity.create_role import CreateRole
from moniqo.application.identity.deactivate_user import DeactivateUser
from moniqo.application.identity.grant_permissions import GrantPermissions
from moniqo.application.identity.invite_user import InviteUser
from moniqo.application.identity.members import member_of
from moniqo.application.identity.principal import Principal
from moniqo.application.identity.registration import Invitation
from moniqo.application.identity.remove_permission import RemovePermission
from moniqo.application.identity.remove_role import RemoveRole
from moniqo.application.identity.remove_user import RemoveUser
from moniqo.application.identity.restore_user import RestoreUser
from moniqo.application.identity.role_drafts import Grant, PermissionDraft, RoleDraft
from moniqo.application.shared.query import any_of, eq
from moniqo.domain.identity.account import Account
from moniqo.domain.identity.role import Permission, Role
from moniqo.domain.identity.session import Session
from moniqo.domain.identity.user import User
from moniqo.domain.shared.errors import (
    AlreadyExists,
    AppError,
    EmailAlreadyRegistered,
    Invalid,
    RuleViolated,
)
from support.people import PASSWORD, People
from support.store import Place, prepared

pytestmark = pytest.mark.untraced

Leave = Callable[[People, Principal, Principal], Awaitable[Any]]
ROUNDS = 3


@pytest_asyncio.fixture(loop_scope="session")
async def people(place: Place) -> AsyncIterator[People]:
    """On the module's backend, where nobody is a Superadmin yet."""
    async with prepared(place, REGISTRY) as backend:
        people = People(backend=backend)
        await people.seed()
        for user in await _superadmins(people):
            await people.remove(user)
        yield people


async def _superadmins(people: People) -> list[User]:
    (role,) = await people.all(Role, eq("name", "Superadmin"))
    return list(await people.all(User, eq("role_id", role.id)))


async def _able(people: People) -> int:
    """How many can still do everything."""
    accounts = [user.account_id for user in await _superadmins(people)]
    able = (any_of("id", tuple(accounts)), eq("is_active", value=True))
    return len(await people.all(Account, *able))


async def _remove(people: People, caller: Principal, whom: Principal) -> None:
    await RemoveUser(people.operating, people.clock)(caller=caller, user_id=whom.user_id)


async def _deactivate(people: People, caller: Principal, whom: Principal) -> None:
    await DeactivateUser(people.operating, people.clock)(caller=caller, user_id=whom.user_id)


async def _demote(people: People, caller: Principal, whom: Principal) -> None:
    (role,) = await people.all(Role, eq("name", "User"))
    assign = AssignRole(people.operating, people.clock)
    await assign(caller=caller, user_id=whom.user_id, choice=RoleChoice(role.id))


LEAVING: tuple[Leave, ...] = (_remove, _deactivate, _demote)


async def _outcomes(*work: Awaitable[Any]) -> list[Any]:
    found = await asyncio.gather(*work, return_exceptions=True)
    unexpected = [
        it for it in found if isinstance(it, BaseException) and not isinstance(it, AppError)
    ]
    assert unexpected == []
    return found


@pytest.mark.parametrize("number", [2, 8])
async def test_of_superadmins_who_all_leave_at_once_one_stays(people: People, number: int) -> None:
    for at in range(ROUNDS):
        crowd = [await people.made("Superadmin") for _ in range(number)]
        leaving = [LEAVING[(at + index) % 3](people, one, one) for index, one in enumerate(crowd)]

        outcomes = await _outcomes(*leaving)

        refused = [it for it in outcomes if it is not None]
        assert [type(it) for it in refused] == [RuleViolated]
        assert await _able(people) == 1
        for user in await _superadmins(people):
            await people.remove(user)


async def test_of_two_superadmins_who_remove_each_other_one_stays(people: People) -> None:
    for leave in LEAVING:
        king, queen = [await people.made("Superadmin") for _ in range(2)]

        await _outcomes(leave(people, king, queen), leave(people, queen, king))

        assert await _able(people) == 1
        for user in await _superadmins(people):
            await people.remove(user)


async def test_whoever_becomes_superadmin_while_being_shut_out_does_not_count(
    people: People,
) -> None:
    for leave in LEAVING[:2]:
        king, heir = await people.made("Superadmin"), await people.made("Admin")
        (role,) = await people.all(Role, eq("name", "Superadmin"))
        assign = AssignRole(people.operating, people.clock)

        await _outcomes(
            assign(caller=king, user_id=heir.user_id, choice=RoleChoice(role.id)),
            leave(people, king, heir),
            leave(people, king, king),
        )

        assert await _able(people) >= 1
        for user in await _superadmins(people):
            await people.remove(user)


async def test_of_names_that_differ_in_case_one_becomes_a_role_s(people: People) -> None:
    king = await people.made("Superadmin")
    create = CreateRole(people.operating, people.ids)
    for _ in range(ROUNDS):
        name = f"x{people.ids.new().hex}"

        outcomes = await _outcomes(
            *(create(caller=king, draft=RoleDraft(name=one)) for one in (name, name.upper()) * 2)
        )

        assert sum(isinstance(it, AlreadyExists) for it in outcomes) == 3
        roles = await people.all(Role)
        assert sum(role.name.casefold() == name for role in roles) == 1


async def test_nobody_gets_a_role_that_is_removed_at_the_same_moment(people: People) -> None:
    king = await people.made("Superadmin")
    create, remove = CreateRole(people.operating, people.ids), RemoveRole(people.operating)
    assign = AssignRole(people.operating, people.clock)
    invite = InviteUser(people.operating, people.enrolment)
    for _ in range(ROUNDS):
        role = await create(caller=king, draft=RoleDraft(name=people.ids.new().hex))
        members = [await people.made() for _ in range(3)]
        new = Invitation(
            email=f"{people.ids.new().hex}@example.com",
            first_name="Nia",
            last_name="New",
            role_id=role.id,
        )

        removed, *given = await _outcomes(
            remove(role_id=role.id),
            invite(caller=king, invitation=new),
            *(
                assign(caller=king, user_id=one.user_id, choice=RoleChoice(role.id))
                for one in members
            ),
        )

        kept = await people.all(Role, eq("id", role.id))
        holders = await people.all(User, eq("role_id", role.id))
        lucky = [it for it in given if not isinstance(it, AppError)]
        assert all(isinstance(it, Invalid) for it in given if isinstance(it, AppError))
        assert len(holders) == len(lucky)
        assert bool(kept) == bool(holders) == isinstance(removed, RuleViolated)
        for user in await people.all(User):
            async with people.uow() as tx:
                assert (await member_of(tx, user.id)).role.deleted_at is None


async def test_no_role_holds_a_permission_that_is_removed_at_the_same_moment(
    people: People,
) -> None:
    king = await people.made("Superadmin")
    role = await CreateRole(people.operating, people.ids)(
        caller=king, draft=RoleDraft(name=people.ids.new().hex)
    )
    create = CreatePermission(people.operating, people.ids)
    for _ in range(ROUNDS):
        draft = PermissionDraft(resource="signals", action=f"a{people.ids.new().hex}")
        made = await create(draft=draft)
        able = await people.caller(king.user_id)

        removed, granted = await _outcomes(
            RemovePermission(people.operating)(permission_id=made.id),
            GrantPermissions(people.operating)(
                caller=able, role_id=role.id, wanted=Grant((made.id,))
            ),
        )

        (role_now,) = await people.all(Role, eq("id", role.id))
        kept = await people.all(Permission, eq("id", made.id))
        assert (made.id in role_now.permission_ids) == bool(kept)
        assert isinstance(removed, RuleViolated) != isinstance(granted, Invalid)


async def test_a_name_is_given_back_or_to_somebody_else(people: People) -> None:
    king = await people.made("Superadmin")
    for _ in range(ROUNDS):
        email = f"{people.ids.new().hex}@example.com"
        old = await people.made(email=email)
        await _remove(people, old, old)

        restored, registered = await _outcomes(
            RestoreUser(people.operating)(caller=king, user_id=old.user_id),
            people.register(email=email),
        )

        lost = [it for it in (restored, registered) if isinstance(it, AppError)]
        assert [type(it) for it in lost] in ([AlreadyExists], [EmailAlreadyRegistered])
        (account,) = await people.all(Account, eq("email", email))
        assert account.deleted_at is None


async def test_no_session_outlives_the_end_of_its_account(people: People) -> None:
    king = await people.made("Superadmin")
    for leave in (_remove, _deactivate):
        email = f"{people.ids.new().hex}@example.com"
        ada = await people.made(email=email)

        await _outcomes(
            leave(people, king, ada), *(people.sign_in(email, PASSWORD) for _ in range(4))
        )

        sessions = await people.all(Session, eq("user_id", ada.user_id))
        assert [it for it in sessions if it.revoked_at is None] == []
