"""Sign-ups: many at once, half-way failures, names that would do something elsewhere."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from secrets import token_hex

import pytest

from moniqo.application.shared.query import eq
from moniqo.domain.billing.subscription import Subscription
from moniqo.domain.identity.account import Account
from moniqo.domain.identity.user import User
from support.arena import Arena, Arenas, Caller, Reply

AT_ONCE = 50
Spelling = Callable[[str, int], str]


async def register(caller: Caller, **fields: object) -> Reply:
    form = {
        "email": caller.email,
        "password": caller.password,
        "first_name": "Ada",
        "last_name": "Byron",
    }
    return await caller.post("/auth/register", form | fields)


async def require_one(arena: Arena, email: str) -> None:
    """Exactly one of everything, and one mail."""
    account = await arena.operator.one(Account, eq("email", email))
    user = await arena.operator.one(User, eq("account_id", account.id))
    await arena.operator.one(Subscription, eq("user_id", user.id))
    await arena.mailbox.mail(email)
    assert len(arena.mailbox.mails(email)) == 1


@pytest.mark.parametrize(
    "spelling",
    [
        lambda email, _: email,
        lambda email, number: email.replace(
            "example", "EXAMPLE"[: number % 8] + "example"[number % 8 :]
        ),
        lambda email, number: email if number % 2 else email.upper(),
    ],
    ids=["same", "domain in another case", "all in another case"],
)
async def test_s14_of_fifty_registrations_at_once_one_is_made(
    race_arena: Arena, spelling: Spelling
) -> None:
    arena, who = race_arena, race_arena.stranger()

    replies = await arena.at_once(
        AT_ONCE, lambda n: register(who.on(n), email=spelling(who.email, n))
    )

    outcomes = Counter(reply.outcome for reply in replies)
    assert outcomes == {(201, ""): 1, (400, "EMAIL_ALREADY_REGISTERED"): AT_ONCE - 1}
    await require_one(arena, who.email)


async def test_s14_a_username_is_given_once(race_arena: Arena) -> None:
    arena, username = race_arena, f"ada_{token_hex(4)}"
    people = [arena.stranger() for _ in range(AT_ONCE)]

    replies = await arena.at_once(
        AT_ONCE,
        lambda n: register(people[n].on(n), username=username.upper() if n % 2 else username),
    )

    outcomes = Counter(reply.outcome for reply in replies)
    assert outcomes == {(201, ""): 1, (400, "USERNAME_TAKEN"): AT_ONCE - 1}
    made = [await arena.operator.count(Account, eq("email", one.email)) for one in people]
    assert sum(made) == 1


async def test_s15_the_mail_of_a_registration_goes_out_though_it_could_not_at_first(
    own_arena: Arenas,
) -> None:
    arena = await own_arena("sqlite", processes=1)
    who, folder = arena.stranger(), arena.mailbox.folder
    if folder.exists():
        folder.rename(folder.with_name("kept"))
    folder.write_text("a file is in the way")

    made = await register(who)
    assert made.status == 201
    assert (await arena.x.get("/health/live")).status == 200
    folder.unlink()

    await arena.mailbox.mail(who.email)
    assert len(arena.mailbox.mails(who.email)) == 1


async def test_s15_without_a_plan_nothing_is_made(own_arena: Arenas) -> None:
    arena = await own_arena("sqlite", processes=1)
    who = arena.stranger()
    plans = (await arena.superadmin.get("/plans")).data["items"]
    (free,) = [plan["id"] for plan in plans if plan["name"] == "Free"]
    removed = await arena.superadmin.delete(f"/plans/{free}")

    reply = await register(who)

    # Whether the plan that everybody begins with can go or not: both or neither.
    assert reply.status == (201 if removed.status >= 400 else 503)
    expected = int(reply.status == 201)
    assert await arena.operator.count(Account, eq("email", who.email)) == expected


@pytest.mark.parametrize(
    "name",
    [
        "Eve\r\nBcc: x@evil.test",
        "Eve\nX",
        "<img src=x onerror=alert(1)>",
        "{{7*7}}",
        "${7*7}",
        "{% include 'x' %}",
        "=1+1",
        "Eve\u2028Bcc: x@evil.test",
        '"><script>alert(1)</script>',
    ],
)
async def test_s26_s65_a_name_is_refused_or_inert_in_mail(arena: Arena, name: str) -> None:
    who = arena.stranger()

    reply = await register(who, first_name=name)

    if reply.status == 422:
        assert reply.faults.keys() == {"first_name"}
        return
    mail = await arena.mailbox.mail(who.email)
    assert mail["Bcc"] is None
    assert str(mail["To"]).count("@") == 1
    html = mail.get_body(("html",))
    text = mail.get_body(("plain",))
    assert html is not None
    assert text is not None
    assert "<img src=x" not in html.get_content()
    assert "<script>" not in html.get_content()
    assert "49" not in text.get_content().replace(name, "").split()
    assert reply.data["first_name"] == name


async def test_s20_whatever_an_address_is_like_asking_for_mail_is_answered_alike(
    arena: Arena,
) -> None:
    known, gone, shut = [await arena.person() for _ in range(3)]
    unverified, unknown = arena.stranger(), arena.stranger()
    assert (await register(unverified)).status == 201
    await gone.delete("/users/me")
    await arena.superadmin.post(f"/users/{shut.id}/deactivate")

    for path in ("/auth/forgot-password", "/auth/resend-verification"):
        replies = [
            await arena.x.post(path, {"email": one.email})
            for one in (known, gone, shut, unverified, unknown)
        ]
        assert len({str(reply.lasting) for reply in replies}) == 1
        assert len({tuple(sorted(set(reply.response.headers))) for reply in replies}) == 1


async def test_s22_a_link_is_used_once_by_twenty_at_once(race_arena: Arena) -> None:
    arena, who = race_arena, race_arena.stranger()
    await register(who)
    token = arena.plant(await arena.mailbox.token(who.email, "verify-email"))

    replies = await arena.at_once(
        20, lambda n: arena.x.on(n).post("/auth/verify-email", {"token": token})
    )

    assert Counter(reply.outcome for reply in replies) == {
        (200, ""): 1,
        (400, "INVALID_TOKEN"): 19,
    }
    assert (await arena.signed_in(who)).token


async def test_s22_a_password_is_reset_once_by_twenty_at_once(race_arena: Arena) -> None:
    arena, person = race_arena, await race_arena.person()
    await arena.x.post("/auth/forgot-password", {"email": person.email})
    token = arena.plant(await arena.mailbox.token(person.email, "reset"))
    passwords = [arena.password() for _ in range(20)]

    replies = await arena.at_once(
        20,
        lambda n: arena.x.on(n).post(
            "/auth/reset-password", {"token": token, "password": passwords[n]}
        ),
    )

    winners = [n for n, reply in enumerate(replies) if reply.status == 200]
    assert len(winners) == 1
    assert {reply.outcome for reply in replies} <= {(200, ""), (400, "INVALID_TOKEN"), (503, "")}
    assert await arena.signed_in(replace(person, password=passwords[winners[0]]))


async def test_s23_every_dead_link_is_told_alike(arena: Arena) -> None:
    person, who = await arena.person(), arena.stranger()
    await register(who)
    verify = arena.plant(await arena.mailbox.token(who.email, "verify-email"))
    await arena.x.post("/auth/forgot-password", {"email": person.email})
    superseded = arena.plant(await arena.mailbox.token(person.email, "reset"))
    await arena.x.post("/auth/forgot-password", {"email": person.email})
    newest = arena.plant(await arena.mailbox.token(person.email, "reset", number=2))
    new = arena.password()

    dead = [
        ("/auth/verify-email", {"token": newest}),
        ("/auth/reset-password", {"token": verify, "password": new}),
        ("/auth/reset-password", {"token": superseded, "password": new}),
        ("/auth/reset-password", {"token": newest[:-4], "password": new}),
        ("/auth/reset-password", {"token": person.token[:500], "password": new}),
    ]
    replies = [await arena.x.post(path, body) for path, body in dead]
    change = {"current_password": person.password, "new_password": new}
    await person.post("/auth/change-password", change)
    late = await arena.x.post("/auth/reset-password", {"token": newest, "password": new})

    assert {reply.outcome for reply in (*replies, late)} == {(400, "INVALID_TOKEN")}
    assert len({str(reply.lasting) for reply in (*replies, late)}) == 1


@pytest.mark.parametrize("token", [None, "", [], {}, ["x"], {"$ne": None}, 1, True])
async def test_s24_what_is_no_text_is_no_link(arena: Arena, token: object) -> None:
    for path in ("/auth/verify-email", "/auth/reset-password", "/auth/confirm-email-change"):
        body = {"token": token, "password": arena.password()}
        if path != "/auth/reset-password":
            del body["password"]
        reply = await arena.x.post(path, body)
        assert reply.status in {400, 422}


async def test_s27_mails_are_limited_by_address_and_answers_stay_alike(strict: Arena) -> None:
    arena = strict
    person, unknown = await arena.person(), arena.stranger()

    answers = {
        one.email: [
            await arena.x.post("/auth/forgot-password", {"email": one.email}) for _ in range(8)
        ]
        for one in (person, unknown)
    }

    known, nobodys = ([reply.outcome for reply in it] for it in answers.values())
    assert known == nobodys
    await arena.mailbox.token(person.email, "reset")
    await asyncio.sleep(3)
    resets = [mail for mail in arena.mailbox.mails(person.email) if "Reset" in mail["Subject"]]
    assert len(resets) <= 3
    assert arena.mailbox.mails(unknown.email) == []
