"""Wrong passwords lock whoever is named, for longer and longer, and every path that takes one."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from moniqo.application.shared.query import eq
from moniqo.domain.audit.audit_log import AuditAction, AuditLog
from moniqo.domain.identity.account import Account
from moniqo.domain.identity.attempts import Attempts
from moniqo.domain.identity.credentials import Username
from moniqo.domain.identity.mail_token import MailPurpose
from support.asgi import Reply
from support.house import PASSWORD
from support.reception import AUTH, ME, WRONG, Reception, open_reception

ADA = "ada@example.com"


@pytest.fixture
async def reception() -> AsyncIterator[Reception]:
    async with open_reception() as opened:
        await opened.house.made("ada")
        yield opened


async def locked(reception: Reception, email: str = ADA) -> list[int]:
    """Five wrong passwords, and what they were answered."""
    return [(await reception.log_in(email, WRONG)).status for _ in range(5)]


def said(reply: Reply) -> object:
    """Everything of an answer that could tell one case from another."""
    tree = {**reply.json, "timestamp": None, "request_id": None}
    names = sorted(name for name, _ in reply.headers)
    return reply.status, tree, names, reply.header("retry-after")


async def test_s29_a_locked_account_refuses_the_right_password_until_its_time(
    reception: Reception,
) -> None:
    assert await locked(reception) == [401] * 5

    refused = await reception.log_in()
    reception.clock.advance(minutes=14, seconds=59)
    still = await reception.log_in()
    reception.clock.advance(seconds=1)

    assert (refused.status, refused.code) == (423, "ACCOUNT_LOCKED")
    assert refused.header("retry-after") == "900"
    assert still.header("retry-after") == "1"
    assert (await reception.log_in()).status == 200


async def test_s29_every_path_that_takes_a_password_is_locked(reception: Reception) -> None:
    token = (await reception.tokens())["access_token"]
    await locked(reception)

    change = {"current_password": PASSWORD, "new_password": "Battery-Staple-8"}
    email = {"email": "new@example.com", "password": PASSWORD}
    replies = [
        await reception.post(f"{AUTH}/change-password", change, token),
        await reception.post(f"{ME}/email", email, token),
    ]

    assert [(reply.status, reply.header("retry-after")) for reply in replies] == [(423, "900")] * 2
    assert await reception.seen(token) == 200


async def test_s29_wrong_passwords_count_wherever_they_are_typed(reception: Reception) -> None:
    token = (await reception.tokens())["access_token"]
    change = {"current_password": WRONG, "new_password": "Battery-Staple-8"}
    email = {"email": "new@example.com", "password": WRONG}

    replies = [
        *[await reception.post(f"{AUTH}/change-password", change, token) for _ in range(3)],
        *[await reception.post(f"{ME}/email", email, token) for _ in range(2)],
    ]

    assert {(reply.status, reply.code) for reply in replies} == {(401, "INVALID_CREDENTIALS")}
    assert (await reception.log_in()).status == 423


async def test_a_further_lock_is_twice_as_long_up_to_an_hour(reception: Reception) -> None:
    times = []

    for _ in range(4):
        await locked(reception)
        times.append(int((await reception.log_in()).header("retry-after") or ""))
        reception.clock.advance(seconds=times[-1])

    assert times == [900, 1800, 3600, 3600]


async def test_the_right_password_forgets_what_was_counted(reception: Reception) -> None:
    await locked(reception)
    reception.clock.advance(minutes=15)

    await reception.tokens()

    (lock,) = await reception.all(Attempts, eq("kind", "sign_in"))
    assert (lock.count, lock.lock_level, lock.locked_until) == (0, 0, None)
    assert (await reception.account(ADA)).failed_attempts == 0


async def test_wrong_passwords_far_apart_do_not_lock(reception: Reception) -> None:
    for _ in range(4):
        await reception.log_in(ADA, WRONG)
    reception.clock.advance(minutes=15)

    assert await locked(reception) == [401] * 5


async def test_s30_every_refusal_is_counted_and_audited(reception: Reception) -> None:
    await locked(reception)

    rows = await reception.all(AuditLog, eq("action", AuditAction.LOGIN_FAILED))
    account = await reception.account(ADA)
    assert (account.failed_attempts, len(rows)) == (5, 5)
    assert account.locked_until is not None


async def test_s31_a_name_that_nobody_has_is_answered_alike(reception: Reception) -> None:
    known = [said(await reception.log_in(ADA, WRONG)) for _ in range(7)]
    unknown = [said(await reception.log_in("nobody@example.com", WRONG)) for _ in range(7)]

    assert known == unknown
    assert [answer[0] for answer in known] == [401] * 5 + [423] * 2  # type: ignore[index]


@pytest.mark.parametrize(
    "state", [{"is_verified": False}, {"is_active": False}, {}], ids=["new", "off", "removed"]
)
async def test_s31_whatever_an_account_is_like_wrong_passwords_are_answered_alike(
    reception: Reception, state: dict[str, bool]
) -> None:
    unknown = [said(await reception.log_in("nobody@example.com", WRONG)) for _ in range(7)]
    await reception.changed(ADA, state)
    if not state:
        await reception.removed(ADA)

    assert [said(await reception.log_in(ADA, WRONG)) for _ in range(7)] == unknown


async def by_name(reception: Reception, password: str, name: str = "ADA") -> Reply:
    """A sign-in by username."""
    return await reception.post(f"{AUTH}/login", {"username": name, "password": password})


async def test_s31_no_answer_tells_that_an_address_and_a_username_are_one_person_s(
    reception: Reception,
) -> None:
    await reception.changed(ADA, {"username": Username("ada")})
    others = [said(await by_name(reception, WRONG, "nobody")) for _ in range(6)]

    assert await locked(reception) == [401] * 5
    assert (await reception.log_in(ADA.upper(), WRONG)).status == 423
    assert [said(await by_name(reception, WRONG)) for _ in range(6)] == others
    assert (await reception.account(ADA)).failed_attempts == 10


async def test_a_name_stays_locked_while_its_owner_signs_in_by_the_other(
    reception: Reception,
) -> None:
    await reception.changed(ADA, {"username": Username("ada")})
    for _ in range(5):
        await by_name(reception, WRONG)

    token = (await reception.tokens())["access_token"]

    change = {"current_password": PASSWORD, "new_password": "Battery-Staple-8"}
    assert (await reception.post(f"{AUTH}/change-password", change, token)).status == 423
    assert (await by_name(reception, PASSWORD)).status == 423


async def test_s29_a_reset_unlocks_every_name(reception: Reception) -> None:
    await reception.changed(ADA, {"username": Username("ada")})
    await locked(reception)
    for _ in range(5):
        await by_name(reception, WRONG)
    link = await reception.link(MailPurpose.RESET, ADA)

    reset = {"token": link, "password": "Battery-Staple-8"}
    assert (await reception.post(f"{AUTH}/reset-password", reset)).status == 200

    assert (await reception.log_in(ADA, "Battery-Staple-8")).status == 200
    assert (await by_name(reception, "Battery-Staple-8")).status == 200


async def test_a_lock_is_one_account_s_alone(reception: Reception) -> None:
    await reception.house.made("bob")
    await locked(reception)

    assert (await reception.log_in("bob@example.com")).status == 200


async def test_s31_twenty_wrong_passwords_at_once_count_five(reception: Reception) -> None:
    replies = await asyncio.gather(*(reception.log_in(ADA, WRONG) for _ in range(20)))

    statuses = sorted(reply.status for reply in replies)
    assert statuses == [401] * 5 + [423] * 15
    assert (await reception.account(ADA)).failed_attempts == 5


async def test_thirty_refusals_of_one_address_are_the_last_for_a_while(
    reception: Reception,
) -> None:
    spread = [await reception.log_in(f"n{one}@example.com", WRONG) for one in range(30)]

    refused = await reception.log_in()
    elsewhere = await reception.from_("203.0.113.9").log_in()
    reception.clock.advance(minutes=15)

    assert {reply.status for reply in spread} == {401}
    assert (refused.status, refused.code) == (429, "RATE_LIMITED")
    assert refused.header("retry-after") == "900"
    assert elsewhere.status == 200
    assert (await reception.log_in()).status == 200


async def test_neighbours_in_one_network_are_counted_together(reception: Reception) -> None:
    for one in range(30):
        await reception.from_(f"2001:db8:1:2::{one:x}").log_in(f"n{one}@example.com", WRONG)

    same, other = [await reception.from_(ip).log_in() for ip in ("2001:db8:1:2::ff", "2001:db8::1")]

    assert (same.status, other.status) == (429, 200)


async def test_s32_what_is_too_long_or_of_another_shape_counts_nothing(
    reception: Reception,
) -> None:
    for password in ("x" * 129, "x" * 1_000_000, "", None, ["x"]):
        reply = await reception.post(f"{AUTH}/login", {"email": ADA, "password": password})
        assert (reply.status, reply.code) == (422, "VALIDATION_ERROR")

    assert await reception.all(Attempts) == ()
    assert (await reception.all(Account))[0].failed_attempts == 0
