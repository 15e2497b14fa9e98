"""Sign-up makes everything or nothing, once per address."""

import asyncio

import pytest

from moniqo.application.identity.create_user import CreateUser
from moniqo.application.identity.register_user import RegisterUser
from moniqo.domain.audit.audit_log import AuditLog
from moniqo.domain.audit.outbox_event import OutboxEvent
from moniqo.domain.billing.plan import Plan
from moniqo.domain.billing.subscription import Subscription
from moniqo.domain.identity.account import Account
from moniqo.domain.identity.credentials import Password, Username
from moniqo.domain.identity.role import Role
from moniqo.domain.identity.user import Birthday, PhoneNumber, User
from moniqo.domain.identity.user_settings import UserSettings
from moniqo.domain.shared.errors import (
    AlreadyExists,
    EmailAlreadyRegistered,
    Invalid,
    Unavailable,
    UsernameTaken,
    WeakPassword,
)
from support.people import PASSWORD, People, open_people, registration


async def test_a_newcomer_gets_account_user_role_and_the_free_plan() -> None:
    people = await open_people()

    profile = await RegisterUser(people.uow, people.enrolment, people.mail_requests)(
        registration=registration(
            email="Ada@EXAMPLE.com",
            username=Username("ada"),
            birthday=Birthday(10, 12, 1985),
            phone_number=PhoneNumber("49", "15112345678"),
        )
    )

    (account,) = await people.all(Account)
    (subscription,) = await people.all(Subscription)
    (event,) = await people.all(OutboxEvent)
    (settings,) = await people.all(UserSettings)
    free = next(plan for plan in await people.all(Plan) if plan.id == subscription.plan_id)
    assert (profile.email.value, profile.full_name) == ("ada@example.com", "Ada Lovelace")
    assert profile.phone_number == PhoneNumber("+49", "15112345678")
    assert (profile.role, profile.is_admin, profile.is_verified) == ("User", False, False)
    assert "agents:write" in profile.permissions
    assert "wallets:write" not in profile.permissions
    assert account.password_changed_at == people.clock.now()
    assert (free.name, subscription.user_id) == ("Free", profile.id)
    assert (settings.user_id, settings.notifications_enabled) == (profile.id, True)
    assert (event.name, event.payload["is_verified"]) == ("UserRegistered", False)


async def test_neither_answer_nor_trail_holds_the_password_or_its_hash() -> None:
    people = await open_people()

    profile = await people.register()

    (account,) = await people.all(Account)
    shown = repr((profile, await people.all(AuditLog)))
    assert PASSWORD not in shown
    assert account.password_hash.value not in shown


async def test_of_fifty_at_once_with_one_address_one_gets_in() -> None:
    people = await open_people()
    spellings = ["ada@example.com", "ADA@example.com", "ada@Example.COM"]

    answers = await asyncio.gather(
        *(people.register(email=spellings[number % 3]) for number in range(50)),
        return_exceptions=True,
    )

    refused = [answer for answer in answers if isinstance(answer, EmailAlreadyRegistered)]
    assert len(refused) == 49
    assert len(await people.all(User)) == len(await people.all(Subscription)) == 1


async def test_a_username_is_taken_in_any_case() -> None:
    people = await open_people()
    await people.register(username=Username("ada"))

    with pytest.raises(UsernameTaken):
        await people.register(email="b@example.com", username=Username("ADA"))

    assert len(await people.all(Account)) == 1


async def test_every_fault_is_named_at_once() -> None:
    people = await open_people()
    wrong = {
        "email": "admın@example.com",
        "password": Password("short"),
        "birthday": Birthday(1, 1, 2030),
        "phone_number": PhoneNumber("+49", "1234"),
    }

    with pytest.raises(Invalid) as refused:
        await people.register(**wrong)

    assert not isinstance(refused.value, WeakPassword)
    assert {fault.field for fault in refused.value.faults} == set(wrong)


@pytest.mark.parametrize("text", ["short", "Lovelace1!", "ada@example.com1A", "PassWord"])
async def test_a_weak_password_is_told_as_such(text: str) -> None:
    people = await open_people()

    with pytest.raises(WeakPassword) as refused:
        await people.register(password=Password(text))

    assert {fault.field for fault in refused.value.faults} == {"password"}


async def test_a_common_password_is_refused_in_any_case() -> None:
    people = await open_people()

    with pytest.raises(WeakPassword) as refused:
        await people.register(password=Password("iLoveYou1"))

    assert "most common" in refused.value.faults[-1].message


async def test_before_the_first_start_nobody_gets_in() -> None:
    people = People()

    with pytest.raises(Unavailable, match="moniqo init"):
        await people.register()

    assert await people.all(Account) == ()


async def test_without_a_plan_nothing_is_kept() -> None:
    people = await open_people()
    for plan in await people.all(Plan):
        await people.remove(plan)

    with pytest.raises(Unavailable, match="moniqo init"):
        await people.register()

    assert await people.all(Account) == await people.all(OutboxEvent) == ()


async def test_an_operator_makes_a_verified_user_of_any_role() -> None:
    people = await open_people()
    create = CreateUser(people.uow, people.enrolment)

    profile = await create(registration=registration(), role="Admin")

    assert (profile.role, profile.is_admin, profile.is_verified) == ("Admin", True, True)
    with pytest.raises(EmailAlreadyRegistered):
        await create(registration=registration())
    with pytest.raises(Invalid, match="role"):
        await create(registration=registration(email="b@example.com"), role="King")


async def test_another_clash_than_of_names_is_not_disguised() -> None:
    people = await open_people()
    await people.register()
    people.ids.__init__(start=0)  # type: ignore[misc]
    await people.register(email="b@example.com")
    people.ids.__init__(start=0)  # type: ignore[misc]

    with pytest.raises(AlreadyExists) as refused:
        await people.register(email="c@example.com")

    assert refused.value.faults[0].field == "id"
    assert len(await people.all(Role)) == 4
