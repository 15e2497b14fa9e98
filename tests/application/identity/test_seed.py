"""The first start makes what is missing, however often and wherever it runs."""

import asyncio
from dataclasses import replace

import pytest

from moniqo.adapters.security.bcrypt_hasher import BcryptPasswordHasher
from moniqo.application.billing.seed_plans import SeedPlans
from moniqo.application.identity.access import PERMISSIONS, ROLES
from moniqo.application.identity.enrolment import Enrolment
from moniqo.application.identity.ensure_superadmin import EnsureSuperadmin
from moniqo.application.identity.seed_access import SeedAccess
from moniqo.application.identity.system_roles import SYSTEM_ROLES
from moniqo.application.notifications.access import NOTIFICATIONS
from moniqo.application.shared.access import Browse
from moniqo.application.shared.query import Listing, eq
from moniqo.domain.billing.plan import Plan, Resource
from moniqo.domain.identity.credentials import Password, PasswordHash
from moniqo.domain.identity.role import Permission, Role
from moniqo.domain.identity.user import User
from moniqo.domain.shared.errors import EmailAlreadyRegistered
from moniqo.domain.shared.ids import UserId
from support.people import KEYS, People, open_people, registration


def superadmin(people: People, enrolment: Enrolment | None = None) -> EnsureSuperadmin:
    return EnsureSuperadmin(people.uow, enrolment or people.enrolment, registration())


async def rights(people: People, name: str) -> set[str]:
    (role,) = await people.all(Role, eq("name", name))
    known = {found.id: found.key for found in await people.all(Permission)}
    return {known[key] for key in role.permission_ids}


async def test_two_first_starts_at_once_make_everything_once() -> None:
    people = People()

    await asyncio.gather(*(people.seed() for _ in range(5)))
    await people.seed()

    assert {role.name for role in await people.all(Role)} == set(SYSTEM_ROLES)
    assert {plan.name for plan in await people.all(Plan)} == {"Free", "Pro", "Enterprise"}
    assert len(await people.all(Permission)) == 31


async def test_each_system_role_may_do_what_it_is_for() -> None:
    people = await open_people()
    everything = {found.key for found in await people.all(Permission)}

    assert await rights(people, "Superadmin") == everything
    assert everything - await rights(people, "Admin") == {
        "roles:write",
        "roles:delete",
        "permissions:write",
        "permissions:delete",
    }
    assert await rights(people, "Moderator") == {"users:read", "users:write", "audit:read"}
    user = await rights(people, "User")
    assert {"plans:read", "wallets:read", "flows:execute", "notifications:write"} <= user
    assert not user & {"wallets:write", "users:read", "plans:write", "audit:read"}


async def test_free_is_limited_and_enterprise_is_not() -> None:
    people = await open_people()

    plans = {plan.name: plan for plan in await people.all(Plan)}

    limits = {resource.value: plans["Free"].limit_of(resource) for resource in Resource}
    assert limits == {
        "agents": 1,
        "flows": 2,
        "api_calls_per_day": 100,
        "runs_per_day": 20,
        "trades_per_day": 10,
        "llm_cost_per_month": 1,
    }
    assert {plans["Enterprise"].limit_of(resource) for resource in Resource} == {None}
    assert [name for name, plan in plans.items() if plan.is_default] == ["Free"]


async def test_a_later_start_brings_system_roles_up_to_date_and_leaves_plans_alone() -> None:
    people = await open_people()
    (role,) = await people.all(Role, eq("name", "Moderator"))
    await people.save(role.with_(permission_ids=role.permission_ids[:1]))
    (pro,) = await people.all(Plan, eq("name", "Pro"))
    await people.remove(pro)

    await SeedAccess(people.uow, people.ids)()
    await SeedPlans(people.uow, people.ids)()

    assert await rights(people, "Moderator") == {"users:read", "users:write", "audit:read"}
    assert await people.all(Plan, eq("name", "Pro")) == ()


async def test_the_first_superadmin_is_made_once() -> None:
    people = await open_people()

    await superadmin(people)()
    await superadmin(people)()

    answer = await people.sign_in()
    assert answer.user.role == "Superadmin"
    assert len(await people.all(User)) == 1


async def test_without_settings_there_is_no_superadmin() -> None:
    people = await open_people()

    await EnsureSuperadmin(people.uow, people.enrolment)()

    assert await people.all(User) == ()


async def test_two_starts_at_once_make_one_superadmin() -> None:
    people = await open_people()

    await asyncio.gather(*(superadmin(people)() for _ in range(5)))

    assert len(await people.all(User)) == 1


class Overtaken(BcryptPasswordHasher):
    """While it hashes, another process makes its Superadmin."""

    rival: EnsureSuperadmin

    async def hash(self, password: Password) -> PasswordHash:
        await self.rival()
        return await super().hash(password)


async def test_a_start_that_another_one_overtakes_is_content() -> None:
    hasher = Overtaken(peppers=KEYS, cost=4)
    people = await open_people(hasher=hasher)
    hasher.rival = superadmin(replace(people, hasher=BcryptPasswordHasher(peppers=KEYS, cost=4)))

    await superadmin(people)()

    assert len(await people.all(User)) == 1


async def test_somebody_who_registered_with_that_address_is_not_promoted() -> None:
    people = await open_people()
    await people.register()

    with pytest.raises(EmailAlreadyRegistered):
        await superadmin(people)()


async def test_rows_make_no_difference_to_who_may_read_roles() -> None:
    people = await open_people()
    somebody = UserId(people.ids.new())

    roles = await Browse(people.uow, ROLES)(user_id=somebody, listing=Listing())
    rights_ = await Browse(people.uow, PERMISSIONS)(user_id=somebody, listing=Listing())

    assert (roles.total, rights_.total) == (4, 31)
    assert ROLES.writable(somebody) == PERMISSIONS.writable(somebody) == ()
    assert NOTIFICATIONS.readable(somebody) == (eq("user_id", somebody),)
