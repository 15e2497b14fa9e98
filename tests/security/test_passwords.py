"""What a password may be, and that every byte of it counts."""

from dataclasses import replace
from unicodedata import normalize

import pytest
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from moniqo.application.shared.query import eq
from moniqo.domain.identity.account import Account
from support.arena import Arena, Arenas, Caller, Reply

KINDS = "Aa1!"
WEAK = {
    "7 characters": KINDS + "xyz",
    "no upper case": "lower-case-7",
    "no lower case": "UPPER-CASE-7",
    "no digit": "Upper-Lower",
    "nothing special": "UpperLower7",
    "the address": "{email}",
    "the name of the address": "A1!{local}",
    "first and last name": "Byronic!1Adalovelace",
}
STRONG = {
    "8 characters": KINDS + "xyzw",
    "128 characters": KINDS + "x" * 124,
    "128 of four bytes": KINDS + "🂡" * 124,
    "leading and trailing spaces": "  Aa1!xyzw  ",
    "inner spaces": "Aa1! xyz  w",
    "tabs": "Aa1!\txyzw",
    "right to left": "Aa1!אבגד",
    "quotes": "Aa1!'\"`\\;--",
}


async def register(caller: Caller, password: str, **more: object) -> Reply:
    form = {
        "email": caller.email,
        "password": password,
        "first_name": "Adalovelace",
        "last_name": "Byronic",
    }
    return await caller.post("/auth/register", form | more)


async def login(caller: Caller, password: str) -> int:
    reply = await caller.post("/auth/login", {"email": caller.email, "password": password})
    return reply.status


async def changed(caller: Caller, password: str) -> Reply:
    change = {"current_password": caller.password, "new_password": password}
    return await caller.post("/auth/change-password", change)


@pytest.mark.parametrize("password", WEAK.values(), ids=WEAK)
async def test_s16_a_weak_password_is_refused_and_makes_nobody(
    any_arena: Arena, password: str
) -> None:
    caller = any_arena.stranger()
    local = caller.email.partition("@")[0]

    reply = await register(caller, password.format(email=caller.email, local=local))

    assert reply.outcome == (422, "WEAK_PASSWORD")
    assert reply.faults.keys() == {"password"}
    assert await any_arena.operator.count(Account, eq("email", caller.email)) == 0


async def test_s16_every_rule_that_a_password_breaks_is_named(any_arena: Arena) -> None:
    reply = await register(any_arena.stranger(), "12345")

    messages = [fault["message"] for fault in reply.json["error"]["details"]]
    assert len(messages) >= 4
    assert any("8 characters" in message for message in messages)
    assert any("most common" in message for message in messages)


@pytest.mark.parametrize("password", ["", "x" * 129, "🂡" * 129, 12345678, None, ["Aa1!xyzw"]])
async def test_s16_what_cannot_be_a_password_is_invalid(any_arena: Arena, password: str) -> None:
    reply = await register(any_arena.stranger(), password)

    assert reply.status == 422
    assert reply.faults.keys() == {"password"}


async def test_s16_no_common_password_is_taken_in_any_case(any_arena: Arena) -> None:
    common = [word for word, _ in zip(FREQUENCY_LISTS["passwords"], range(10_000), strict=False)]
    person = await any_arena.person()

    for word in common[:: len(common) // 25]:
        for form in (word, word.upper(), word.title(), word.swapcase()):
            reply = await changed(person, form)
            assert reply.outcome in {(422, "WEAK_PASSWORD"), (422, "VALIDATION_ERROR")}, form


@pytest.mark.parametrize("password", STRONG.values(), ids=STRONG)
async def test_s16_a_strong_password_is_taken_exactly(arena: Arena, password: str) -> None:
    person = await arena.person()

    reply = await changed(person, password)

    assert reply.status == 200, reply.json
    assert await login(person, password) == 200
    assert await login(person, password[:-1] + "?") == 401
    if password != password.strip():
        assert await login(person, password.strip()) == 401


@pytest.mark.parametrize(
    ("password", "other"),
    [
        (KINDS + "x" * 70 + "one", KINDS + "x" * 70 + "two"),
        (KINDS + "x" * 68 + "1", KINDS + "x" * 68),
        (KINDS + "🂡" * 20 + "1", KINDS + "🂡" * 20 + "2"),
        (KINDS + "x\u2400yz", KINDS + "x\u2400y"),
        ("Aa1!xyzw", "aa1!xyzw"),
    ],
)
async def test_s17_every_byte_of_a_password_counts(arena: Arena, password: str, other: str) -> None:
    person = await arena.person()
    await changed(person, password)

    assert await login(person, other) == 401
    assert await login(person, password) == 200


async def test_s17_one_password_in_two_forms_of_unicode_is_one(arena: Arena) -> None:
    composed, decomposed = (normalize(form, "Aa1!élève-é") for form in ("NFC", "NFD"))
    person = await arena.person()

    reply = await changed(person, decomposed)

    assert reply.status == 200
    assert await login(person, composed) == await login(person, decomposed) == 200


async def test_s17_a_password_with_nul_is_invalid(any_arena: Arena) -> None:
    reply = await register(any_arena.stranger(), "Aa1!xyzw\x00")

    assert reply.outcome == (422, "VALIDATION_ERROR")


async def test_s18_an_older_hash_is_renewed_at_sign_in(own_arena: Arenas) -> None:
    peppers = ("old:0123456789abcdef0123456789abcdef-old", "new:0123456789abcdef0123456789abcdef-n")
    arena = await own_arena("sqlite", processes=1, PASSWORD_PEPPERS=peppers[0])
    (server,) = arena.servers
    person = await arena.member()
    before = await arena.operator.one(Account, eq("email", person.email))

    pepper_first = ",".join(reversed(peppers))
    server.env = {**server.env, "PASSWORD_PEPPERS": pepper_first, "BCRYPT_COST": "5"}
    server.restart()
    first = await login(person, person.password)
    after = await arena.operator.one(Account, eq("email", person.email))

    assert first == 200
    assert ":old:$2b$04$" in before.password_hash.value
    assert ":new:$2b$05$" in after.password_hash.value
    server.env = {**server.env, "PASSWORD_PEPPERS": peppers[1]}
    server.restart()
    assert await login(person, person.password) == 200
    assert await login(replace(person), "Wrong-Guess-7") == 401
