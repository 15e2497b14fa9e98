"""Links from mails: each good once, for one thing, and told alike when it is not."""

import asyncio
import logging
import re
from base64 import b64encode
from collections.abc import AsyncIterator
from hashlib import sha256
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from moniqo.application.mail.pages import Pages
from moniqo.application.shared.query import eq
from moniqo.domain.audit.audit_log import AuditAction, AuditLog
from moniqo.domain.audit.outbox_event import OutboxEvent
from moniqo.domain.identity.credentials import Email, Username
from moniqo.domain.identity.mail_token import MailPurpose
from support.house import PASSWORD
from support.reception import AUTH, ME, Reception, open_reception

ADA = "ada@example.com"
NEW = "Battery-Staple-8"


@pytest.fixture
async def reception() -> AsyncIterator[Reception]:
    async with open_reception(auto_verify=False, mails_per_address_per_hour=50) as opened:
        await opened.house.made("ada")
        yield opened


def use(purpose: MailPurpose, token: Any) -> tuple[str, dict[str, Any]]:
    """The route and body that use a link up."""
    if purpose is MailPurpose.RESET:
        return f"{AUTH}/reset-password", {"token": token, "password": NEW}
    route = "verify-email" if purpose is MailPurpose.VERIFY else "confirm-email-change"
    return f"{AUTH}/{route}", {"token": token}


async def events(reception: Reception, name: str) -> list[dict[str, Any]]:
    found = await reception.all(OutboxEvent, eq("name", name))
    return [dict(event.payload) for event in found]


async def test_an_address_is_verified_once_by_post(reception: Reception) -> None:
    await reception.changed(ADA, {"is_verified": False})
    link = await reception.link(MailPurpose.VERIFY, ADA)
    assert (await reception.log_in()).status == 403

    replies = [await reception.post(*use(MailPurpose.VERIFY, link)) for _ in range(2)]

    assert [reply.status for reply in replies] == [200, 400]
    assert (await reception.log_in()).status == 200


async def test_following_the_link_verifies_and_looking_at_it_does_not(
    reception: Reception,
) -> None:
    await reception.changed(ADA, {"is_verified": False})
    link = await reception.link(MailPurpose.VERIFY, ADA)
    path = f"{AUTH}/verify-email?token={link}"

    looked = [await reception.nobody.send("HEAD", path) for _ in range(3)]
    untouched = await reception.account(ADA)
    followed = [await reception.nobody.get(path) for _ in range(2)]

    assert {(reply.status, reply.body) for reply in looked} == {(200, b"")}
    assert not untouched.is_verified
    assert [reply.status for reply in followed] == [200, 400]
    assert (await reception.account(ADA)).is_verified


async def test_without_a_frontend_a_reset_link_leads_to_a_form_that_uses_it(
    reception: Reception, caplog: pytest.LogCaptureFixture
) -> None:
    link = await reception.link(MailPurpose.RESET, ADA)
    pages = await reception.house.container.get(Pages)
    path = urlsplit(pages.link(MailPurpose.RESET, link))._replace(scheme="", netloc="").geturl()

    with caplog.at_level(logging.DEBUG):
        page = await reception.nobody.get(path)
        head = await reception.nobody.send("HEAD", path)
    put = await reception.nobody.put(f"{AUTH}/reset-password", {})
    body = {"token": link, "password": NEW}

    assert (page.status, page.header("content-type")) == (200, "text/html; charset=utf-8")
    assert (page.header("cache-control"), page.header("referrer-policy")) == (
        "no-store",
        "no-referrer",
    )
    assert (head.status, head.body, dict(head.headers).keys()) == (
        200,
        b"",
        dict(page.headers).keys(),
    )
    assert put.header("allow") == "GET, HEAD, OPTIONS, POST"
    logged = repr([vars(record) for record in caplog.records])
    assert "reset-password" in logged
    assert link not in logged
    assert (await reception.post(f"{AUTH}/reset-password", body)).status == 200
    assert (await reception.nobody.get(path)).code == "INVALID_TOKEN"


async def test_the_form_runs_its_own_script_and_style_and_nothing_else(
    reception: Reception,
) -> None:
    link = await reception.link(MailPurpose.RESET, ADA)

    page = await reception.nobody.get(f"{AUTH}/reset-password?token={link}")

    text = page.body.decode()
    parts = dict(re.findall(r"<(style|script)>(.*?)</", text, re.DOTALL))
    hashes = {
        name: b64encode(sha256(part.encode()).digest()).decode() for name, part in parts.items()
    }
    policy = dict(
        one.split(" ", 1) for one in (page.header("content-security-policy") or "").split("; ")
    )
    assert policy == {
        "default-src": "'none'",
        "script-src": f"'sha256-{hashes['script']}'",
        "style-src": f"'sha256-{hashes['style']}'",
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    assert link not in text
    assert not re.search(r"https?:|src=|href=|@import|<input[^>]* name=|action=", text)


async def test_a_look_at_a_new_address_tells_what_following_would(reception: Reception) -> None:
    link = await reception.link(MailPurpose.EMAIL_CHANGE, ADA, to="bob@example.com")
    path = f"{AUTH}/confirm-email-change?token={link}"

    free = await reception.nobody.send("HEAD", path)
    await reception.house.made("bob")
    taken = [await reception.nobody.send(method, path) for method in ("HEAD", "GET")]
    own = await reception.link(MailPurpose.EMAIL_CHANGE, ADA, to=ADA)

    assert (free.status, [reply.status for reply in taken]) == (200, [400, 400])
    assert taken[1].code == "EMAIL_ALREADY_REGISTERED"
    path = f"{AUTH}/confirm-email-change?token={own}"
    looks = [(await reception.nobody.send(method, path)).status for method in ("HEAD", "GET")]
    assert looks == [200, 200]


async def test_a_link_to_follow_needs_its_token(reception: Reception) -> None:
    for method in ("GET", "HEAD"):
        for query in ("", "?token=", "?token=a&token=b", "?other=a"):
            for route in ("verify-email", "confirm-email-change", "reset-password"):
                reply = await reception.nobody.send(method, f"{AUTH}/{route}{query}")
                assert reply.status == 422


async def test_s22_a_link_is_used_once_by_twenty_at_once(reception: Reception) -> None:
    for purpose in MailPurpose:
        link = await reception.link(purpose, ADA)

        replies = await asyncio.gather(*(reception.post(*use(purpose, link)) for _ in range(20)))

        assert sorted(reply.status for reply in replies) == [200] + [400] * 19


async def faulty(reception: Reception, purpose: MailPurpose) -> dict[str, str]:
    """A link of every kind that is not good."""
    others = [other for other in MailPurpose if other is not purpose]
    expired = await reception.link(purpose, ADA)
    reception.clock.advance(hours=24)
    superseded = await reception.link(purpose, ADA)
    used = await reception.link(purpose, ADA)
    assert (await reception.post(*use(purpose, used))).status == 200
    found = {f"for {other}": await reception.link(other, ADA) for other in others}
    good = await reception.link(purpose, ADA)
    return found | {
        "used": used,
        "expired": expired,
        "superseded": superseded,
        "truncated": good[:-1],
        "changed": ("B" if good[0] == "A" else "A") + good[1:],
        "longer": good + "A",
        "foreign": "A" * 64,
        "a word": "token",
        "odd": "é" * 64,
    }


@pytest.mark.parametrize("purpose", MailPurpose)
async def test_s23_every_faulty_link_is_told_alike(
    reception: Reception, purpose: MailPurpose
) -> None:
    links = await faulty(reception, purpose)

    replies = {name: await reception.post(*use(purpose, link)) for name, link in links.items()}

    told = {(reply.status, reply.code, reply.json["message"]) for reply in replies.values()}
    assert len(told) == 1
    assert told.pop()[:2] == (400, "INVALID_TOKEN")
    path, _ = use(purpose, "")
    looks = [
        await reception.nobody.send(method, f"{path}?token={quote(link)}")
        for link in links.values()
        for method in ("HEAD", "GET")
    ]
    assert {reply.status for reply in looks} == {400}
    assert {reply.code for reply in looks if reply.body} == {"INVALID_TOKEN"}


@pytest.mark.parametrize("token", ["", None, [], {}, ["a"], {"$gt": ""}, 7, True, "a" * 513])
@pytest.mark.parametrize("purpose", MailPurpose)
async def test_s24_what_is_no_text_is_no_link(
    reception: Reception, purpose: MailPurpose, token: object
) -> None:
    before = await reception.account(ADA)

    reply = await reception.post(*use(purpose, token))

    assert (reply.status, reply.code) == (422, "VALIDATION_ERROR")
    assert await reception.account(ADA) == before


async def test_a_reset_ends_every_session_and_every_link(reception: Reception) -> None:
    tokens = [await reception.tokens() for _ in range(2)]
    change = await reception.link(MailPurpose.EMAIL_CHANGE, ADA, to="new@example.com")
    link = await reception.link(MailPurpose.RESET, ADA)

    reply = await reception.post(*use(MailPurpose.RESET, link))

    assert (reply.status, reply.data) == (200, None)
    assert [await reception.seen(pair["access_token"]) for pair in tokens] == [401, 401]
    assert [(await reception.refresh(pair["refresh_token"])).status for pair in tokens] == [401] * 2
    assert (await reception.post(*use(MailPurpose.EMAIL_CHANGE, change))).code == "INVALID_TOKEN"
    assert (await reception.log_in()).status == 401
    assert (await reception.log_in(password=NEW)).status == 200
    assert len(await events(reception, "PasswordChanged")) == 1


async def test_a_reset_names_the_user_in_the_trail(reception: Reception) -> None:
    await reception.post(*use(MailPurpose.RESET, await reception.link(MailPurpose.RESET, ADA)))

    account = await reception.account(ADA)
    row = (await reception.all(AuditLog, eq("entity_id", account.id)))[-1]
    (event,) = await events(reception, "PasswordChanged")
    assert (row.action, str(row.user_id)) == (AuditAction.UPDATE, event["user_id"])
    assert row.new_values is not None
    assert row.new_values["has_password_hash"] is True


async def test_a_weak_password_leaves_the_link_good(reception: Reception) -> None:
    link = await reception.link(MailPurpose.RESET, ADA)
    path, body = use(MailPurpose.RESET, link)

    weak = await reception.post(path, body | {"password": "ada"})
    no_link = await reception.post(path, {"token": "A" * 64, "password": "ada"})

    assert (weak.status, weak.code) == (422, "WEAK_PASSWORD")
    assert len(weak.json["error"]["details"]) >= 4
    assert no_link.code == "INVALID_TOKEN"
    assert (await reception.post(path, body)).status == 200


@pytest.mark.parametrize("purpose", MailPurpose)
async def test_links_of_who_may_do_nothing_are_dead(
    reception: Reception, purpose: MailPurpose
) -> None:
    link = await reception.link(purpose, ADA)
    await reception.changed(ADA, {"is_active": False})

    assert (await reception.post(*use(purpose, link))).code == "INVALID_TOKEN"
    await reception.removed(ADA)
    assert (await reception.post(*use(purpose, link))).code == "INVALID_TOKEN"


async def test_a_link_is_no_bearer_token(reception: Reception) -> None:
    assert await reception.seen(await reception.link(MailPurpose.RESET, ADA)) == 401


async def test_s20_whatever_an_address_is_like_asking_is_answered_alike(
    reception: Reception,
) -> None:
    await reception.house.made("new")
    await reception.changed("new@example.com", {"is_verified": False})
    await reception.house.made("off")
    await reception.changed("off@example.com", {"is_active": False})
    await reception.house.made("gone")
    await reception.removed("gone@example.com")

    for route in ("forgot-password", "resend-verification"):
        told = set()
        for name in ("ada", "new", "off", "gone", "nobody"):
            reply = await reception.post(f"{AUTH}/{route}", {"email": f"{name}@example.com"})
            tree = {**reply.json, "timestamp": None, "request_id": None}
            told.add((reply.status, str(tree), tuple(sorted(name for name, _ in reply.headers))))
        assert len(told) == 1
        assert told.pop()[0] == 200


async def test_what_is_asked_for_is_told_and_audited_whoever_has_the_address(
    reception: Reception,
) -> None:
    for email in ("ADA@example.com", "nobody@example.com"):
        await reception.post(f"{AUTH}/forgot-password", {"email": email})
        await reception.post(f"{AUTH}/resend-verification", {"email": email})

    asked = [{"email": ADA}, {"email": "nobody@example.com"}]
    rows = await reception.all(AuditLog, eq("action", AuditAction.MAIL_REQUESTED))
    assert await events(reception, "PasswordResetRequested") == asked
    assert await events(reception, "VerificationRequested") == asked
    assert {(row.entity_id, row.user_id) for row in rows} == {(None, None)}
    assert [row.description for row in rows] == ["password reset", "verification"] * 2


async def test_what_is_no_address_is_invalid(reception: Reception) -> None:
    for email in ("no address", "", None, ["ada@example.com"], {"$gt": ""}):
        for route in ("forgot-password", "resend-verification"):
            assert (await reception.post(f"{AUTH}/{route}", {"email": email})).status == 422


@pytest.mark.parametrize("email", [ADA, "nobody@example.com"])
async def test_s27_an_address_is_mailed_three_times_an_hour_from_wherever(email: str) -> None:
    async with open_reception() as reception:
        await reception.house.made("ada")

        replies = [
            await reception.from_(f"203.0.113.{one}").post(
                f"{AUTH}/{('forgot-password', 'resend-verification')[one % 2]}", {"email": email}
            )
            for one in range(10)
        ]

        assert [reply.status for reply in replies] == [200] * 3 + [429] * 7
        assert replies[-1].header("retry-after") == "3600"
        reception.clock.advance(hours=1)
        again = await reception.post(f"{AUTH}/forgot-password", {"email": email})
        assert again.status == 200


async def test_s27_one_ip_has_twenty_mails_sent_an_hour(reception: Reception) -> None:
    replies = [
        await reception.post(f"{AUTH}/forgot-password", {"email": f"n{one}@example.com"})
        for one in range(25)
    ]

    assert [reply.status for reply in replies] == [200] * 20 + [429] * 5
    elsewhere = await reception.from_("203.0.113.1").post(f"{AUTH}/forgot-password", {"email": ADA})
    assert elsewhere.status == 200


async def test_sign_ups_that_mail_are_counted_where_they_come_from(reception: Reception) -> None:
    def sign_up(one: int) -> dict[str, str]:
        name = {"first_name": "Eve", "last_name": "Lovelace"}
        return name | {"email": f"n{one}@example.com", "password": PASSWORD}

    statuses = [
        (await reception.post(f"{AUTH}/register", sign_up(one))).status for one in range(21)
    ]

    assert statuses == [201] * 20 + [429]


async def test_names_that_are_taken_are_told_as_often_as_mails_are_sent(
    reception: Reception,
) -> None:
    name = {"first_name": "Eve", "last_name": "Lovelace", "password": PASSWORD}
    await reception.changed(ADA, {"username": Username("ada")})
    tries = [{"email": ADA}, {"email": "eve@example.com", "username": "ada"}] * 10

    told = [await reception.post(f"{AUTH}/register", name | one) for one in tries]
    refused = await reception.post(f"{AUTH}/register", name | {"email": ADA})
    mailed = await reception.post(f"{AUTH}/register", name | {"email": "eve@example.com"})
    elsewhere = await reception.from_("203.0.113.1").post(f"{AUTH}/register", name | {"email": ADA})

    codes = {"EMAIL_ALREADY_REGISTERED", "USERNAME_TAKEN"}
    assert ({reply.status for reply in told}, {reply.code for reply in told}) == ({400}, codes)
    assert (refused.status, refused.code) == (429, "RATE_LIMITED")
    assert refused.header("retry-after") == "3600"
    assert (mailed.status, elsewhere.status) == (429, 400)


async def test_an_address_is_changed_by_who_has_both(reception: Reception) -> None:
    token = (await reception.tokens())["access_token"]
    body = {"email": "NEW@example.com", "password": PASSWORD}

    asked = await reception.post(f"{ME}/email", body, token)
    unchanged = await reception.account(ADA)
    link = await reception.link(MailPurpose.EMAIL_CHANGE, ADA, to="new@example.com")
    reset = await reception.link(MailPurpose.RESET, ADA)
    confirmed = await reception.post(*use(MailPurpose.EMAIL_CHANGE, link))

    assert (asked.status, unchanged.email.value) == (200, ADA)
    (event,) = await events(reception, "EmailChangeRequested")
    assert event["new_email"] == "new@example.com"
    assert confirmed.status == 200
    (told,) = await events(reception, "EmailChanged")
    assert told["old_email"] == ADA
    assert (await reception.post(*use(MailPurpose.RESET, reset))).code == "INVALID_TOKEN"
    assert (await reception.log_in()).status == 401
    assert (await reception.log_in("new@example.com")).status == 200
    assert await reception.seen(token) == 200


async def test_an_address_that_somebody_has_is_told_at_the_end_only(reception: Reception) -> None:
    await reception.house.made("bob")
    token = (await reception.tokens())["access_token"]
    told = set()
    for email in ("bob@example.com", "free@example.com"):
        reply = await reception.post(f"{ME}/email", {"email": email, "password": PASSWORD}, token)
        told.add((reply.status, reply.json["message"]))
    link = await reception.link(MailPurpose.EMAIL_CHANGE, ADA, to="bob@example.com")

    confirmed = await reception.post(*use(MailPurpose.EMAIL_CHANGE, link))

    assert len(told) == 1
    assert (confirmed.status, confirmed.code) == (400, "EMAIL_ALREADY_REGISTERED")
    assert (await reception.account(ADA)).is_verified


async def test_the_link_for_an_old_address_verifies_nothing_of_the_new_one(
    reception: Reception,
) -> None:
    reset = await reception.link(MailPurpose.RESET, ADA)
    await reception.changed(ADA, {"email": Email("new@example.com")})

    assert (await reception.post(*use(MailPurpose.RESET, reset))).code == "INVALID_TOKEN"
