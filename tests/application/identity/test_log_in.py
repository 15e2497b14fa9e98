"""Sign-in tells nothing to who does not know the password, and counts every refusal."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from moniqo.adapters.security.bcrypt_hasher import BcryptPasswordHasher
from moniqo.application.identity.change_password import PasswordChange
from moniqo.application.identity.credentials import Credentials
from moniqo.application.identity.ports import Verdict
from moniqo.application.shared.caller import CallContext, current_call
from moniqo.application.shared.query import eq
from moniqo.domain.audit.audit_log import AuditAction, AuditLog, AuditStatus
from moniqo.domain.identity.account import Account
from moniqo.domain.identity.credentials import Password, PasswordHash, Username
from moniqo.domain.identity.session import Session
from moniqo.domain.identity.user import User
from moniqo.domain.shared.errors import (
    AccountInactive,
    EmailNotVerified,
    Invalid,
    InvalidCredentials,
    Locked,
)
from support.clock import SettableClock
from support.people import KEYS, PASSWORD, People, open_people


async def account_of(people: People) -> Account:
    (account,) = await people.all(Account)
    return account  # type: ignore[no-any-return]


async def trail(people: People, action: AuditAction) -> tuple[AuditLog, ...]:
    return await people.all(AuditLog, eq("action", action))


async def test_the_right_password_starts_a_session() -> None:
    people = await open_people()
    profile = await people.register()
    call = CallContext(request_id="r1", ip_address="203.0.113.9", user_agent="browser/" * 100)
    token = current_call.set(call)

    answer = await people.sign_in("ADA@example.com")
    current_call.reset(token)

    (session,) = await people.all(Session)
    (row,) = await trail(people, AuditAction.LOGIN)
    assert (answer.token_type, answer.expires_in) == ("bearer", 1800)
    assert (answer.user.id, answer.user.role) == (profile.id, "User")
    assert answer.user.permissions == profile.permissions
    assert session.absolute_expires_at == people.clock.now() + timedelta(days=30)
    assert session.expires_at == people.clock.now() + timedelta(days=7)
    assert (session.ip, len(session.user_agent)) == ("203.0.113.9", 500)
    assert (row.user_id, row.entity_id, row.request_id) == (profile.id, session.id, "r1")
    assert (await account_of(people)).last_login_at == people.clock.now()


async def test_tokens_are_kept_as_hashes_only() -> None:
    people = await open_people()
    await people.register()

    answer = await people.sign_in()

    (session,) = await people.all(Session)
    kept = repr((session.refresh_hash.value, await people.all(AuditLog)))
    assert answer.refresh_token not in kept
    assert answer.access_token not in kept


async def test_a_username_signs_in_too() -> None:
    people = await open_people()
    await people.register(username=Username("ada"))

    credentials = Credentials(username="ADA", password=Password(PASSWORD))

    assert (await people.log_in(credentials=credentials)).user.email.value == "ada@example.com"


@pytest.mark.parametrize("names", [{}, {"email": "a@example.com", "username": "ada"}])
def test_exactly_one_name_is_given(names: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refused:
        Credentials(password=Password(PASSWORD), **names)

    assert [fault.field for fault in refused.value.faults] == ["email", "username"]


async def test_five_wrong_passwords_at_once_are_five_counts_and_five_rows() -> None:
    people = await open_people()
    await people.register()

    answers = await asyncio.gather(
        *(people.sign_in(password="Wrong-horse-7") for _ in range(5)), return_exceptions=True
    )

    rows = await trail(people, AuditAction.LOGIN_FAILED)
    account = await account_of(people)
    assert [type(answer) for answer in answers] == [InvalidCredentials] * 5
    assert account.failed_attempts == len(rows) == 5
    assert {row.status for row in rows} == {AuditStatus.FAILURE}
    assert {row.entity_id for row in rows} == {account.id}
    assert await trail(people, AuditAction.UPDATE) == ()


async def test_the_right_password_forgets_the_failures() -> None:
    people = await open_people()
    await people.register()
    with pytest.raises(InvalidCredentials):
        await people.sign_in(password="Wrong-horse-7")

    await people.sign_in()

    assert (await account_of(people)).failed_attempts == 0


class CountingHasher(BcryptPasswordHasher):
    """Remembers what it was asked to compare with."""

    asked: list[bool]

    def __init__(self) -> None:
        super().__init__(peppers=KEYS, cost=4)
        self.asked = []

    async def verify(self, password: Password, stored: PasswordHash | None) -> Verdict:
        self.asked.append(stored is not None)
        return await super().verify(password, stored)


@pytest.mark.parametrize("email", ["nobody@example.com", "no address", "ada@", "admın@example.com"])
async def test_an_unknown_name_is_refused_like_a_wrong_password(email: str) -> None:
    hasher = CountingHasher()
    people = await open_people(hasher=hasher)
    await people.register()

    refusals = []
    for name in (email, "ada@example.com"):
        with pytest.raises(InvalidCredentials) as refused:
            await people.sign_in(name, "Wrong-horse-7")
        refusals.append(refused.value.message)

    assert refusals[0] == refusals[1]
    assert hasher.asked == [False, True]
    assert len(await trail(people, AuditAction.LOGIN_FAILED)) == 2


async def test_an_odd_username_is_merely_unknown() -> None:
    people = await open_people()

    with pytest.raises(InvalidCredentials):
        await people.log_in(credentials=Credentials(username="?!", password=Password(PASSWORD)))


@pytest.mark.parametrize(
    ("state", "error"),
    [({"is_verified": False}, EmailNotVerified), ({"is_active": False}, AccountInactive)],
)
async def test_the_state_of_an_account_is_told_after_the_right_password_only(
    state: dict[str, bool], error: type[Exception]
) -> None:
    people = await open_people()
    await people.register()
    await people.save((await account_of(people)).with_(**state))

    with pytest.raises(InvalidCredentials):
        await people.sign_in(password="Wrong-horse-7")
    with pytest.raises(error):
        await people.sign_in()

    codes = [row.error_message for row in await trail(people, AuditAction.LOGIN_FAILED)]
    assert codes == ["INVALID_CREDENTIALS", error.code]  # type: ignore[attr-defined]
    assert (await account_of(people)).failed_attempts == 1
    assert await people.all(Session) == ()


async def test_a_hash_of_lower_cost_is_replaced_at_sign_in() -> None:
    people = await open_people()
    await people.register()
    before = await account_of(people)
    stronger = People(
        backend=people.backend, hasher=BcryptPasswordHasher(peppers=KEYS, cost=5), ids=people.ids
    )

    await stronger.sign_in()

    after = await account_of(people)
    assert after.password_hash != before.password_hash
    assert after.password_changed_at == before.password_changed_at
    assert (await stronger.sign_in()).user.email == after.email
    assert (await account_of(people)).password_hash == after.password_hash


async def test_twenty_sign_ins_at_once_are_twenty_sessions() -> None:
    people = await open_people()
    await people.register()

    await asyncio.gather(*(people.sign_in() for _ in range(20)))

    assert len(await people.all(Session)) == 20


class Meddler(BcryptPasswordHasher):
    """Lets something happen between the check of the password and the sign-in."""

    def __init__(self) -> None:
        super().__init__(peppers=KEYS, cost=4)
        self.meddling: Any = None

    async def verify(self, password: Password, stored: PasswordHash | None) -> Verdict:
        verdict = await super().verify(password, stored)
        await self.meddling()
        return verdict


async def test_a_password_that_was_just_changed_does_not_sign_in() -> None:
    hasher = Meddler()
    people = await open_people(hasher=hasher)
    await people.register()

    async def change() -> None:
        account = await account_of(people)
        await people.save(account.with_(password_changed_at=people.clock.advance(seconds=1)))

    hasher.meddling = change

    with pytest.raises(InvalidCredentials):
        await people.sign_in()
    assert await people.all(Session) == ()


async def test_somebody_who_was_just_removed_does_not_sign_in() -> None:
    hasher = Meddler()
    people = await open_people(hasher=hasher)
    await people.register()

    async def remove() -> None:
        (user,) = await people.all(User)
        await people.remove(user)

    hasher.meddling = remove

    with pytest.raises(InvalidCredentials):
        await people.sign_in()
    assert await people.all(Session) == ()


async def test_a_lock_that_fell_meanwhile_holds_for_the_right_password_too() -> None:
    hasher = Meddler()
    people = await open_people(hasher=hasher)
    await people.register()
    others = replace(people, hasher=BcryptPasswordHasher(peppers=KEYS, cost=4))

    async def lock() -> None:
        for _ in range(5):
            with pytest.raises(InvalidCredentials):
                await others.sign_in(password="Wrong-horse-7")

    hasher.meddling = lock

    with pytest.raises(Locked) as refused:
        await people.sign_in()
    assert refused.value.retry_after == 900
    assert len(await trail(people, AuditAction.LOGIN_FAILED)) == 6
    assert await people.all(Session) == ()


async def test_a_change_of_password_is_locked_out_meanwhile_too() -> None:
    hasher = Meddler()
    people = await open_people(hasher=hasher)
    await people.register()
    others = replace(people, hasher=BcryptPasswordHasher(peppers=KEYS, cost=4))
    caller = await others.authenticate(token=(await others.sign_in()).access_token)

    async def lock() -> None:
        for _ in range(5):
            with pytest.raises(InvalidCredentials):
                await others.sign_in(password="Wrong-horse-7")

    hasher.meddling = lock

    change = PasswordChange(Password(PASSWORD), Password("Battery-staple-8"))
    with pytest.raises(Locked):
        await people.change_password(caller=caller, change=change)
    people.clock.advance(minutes=15)
    assert (await others.sign_in()).user.email.value == "ada@example.com"


class FadingClock(SettableClock):
    """Once set off, so many looks see the time as it was, and all later ones the next second."""

    looks: int | None = None

    def now(self) -> datetime:
        if self.looks is not None:
            self.looks -= 1
            if self.looks < 0:
                return super().now() + timedelta(seconds=1)
        return super().now()


async def test_a_lock_that_is_over_before_it_is_told_still_starts_no_session() -> None:
    hasher, clock = Meddler(), FadingClock()
    people = await open_people(hasher=hasher, clock=clock)
    await people.register()
    others = replace(people, hasher=BcryptPasswordHasher(peppers=KEYS, cost=4))

    async def lock() -> None:
        for _ in range(5):
            with pytest.raises(InvalidCredentials):
                await others.sign_in(password="Wrong-horse-7")
        clock.advance(minutes=14, seconds=59)
        clock.looks = 3  # those of the transaction that would start the session

    hasher.meddling = lock

    with pytest.raises(Locked) as refused:
        await people.sign_in()
    assert refused.value.retry_after == 1
    assert len(await trail(people, AuditAction.LOGIN_FAILED)) == 5
    assert await people.all(Session) == ()


async def test_who_was_just_deactivated_does_not_sign_in_and_that_is_audited() -> None:
    hasher = Meddler()
    people = await open_people(hasher=hasher)
    await people.register()

    async def deactivate() -> None:
        await people.save((await account_of(people)).with_(is_active=False))

    hasher.meddling = deactivate

    with pytest.raises(AccountInactive):
        await people.sign_in()
    (row,) = await trail(people, AuditAction.LOGIN_FAILED)
    assert row.error_message == "ACCOUNT_INACTIVE"
    assert await people.all(Session) == ()


async def test_of_two_changes_of_a_password_by_the_old_one_the_later_is_refused() -> None:
    hasher = Meddler()
    people = await open_people(hasher=hasher)
    await people.register()
    others = replace(people, hasher=BcryptPasswordHasher(peppers=KEYS, cost=4))
    caller = await others.authenticate(token=(await others.sign_in()).access_token)

    def change(new: str) -> PasswordChange:
        return PasswordChange(Password(PASSWORD), Password(new))

    async def rival() -> None:
        await others.change_password(caller=caller, change=change("Battery-staple-8"))

    hasher.meddling = rival

    with pytest.raises(InvalidCredentials):
        await people.change_password(caller=caller, change=change("Battery-staple-9"))
    assert await others.sign_in(password="Battery-staple-8")
