"""Sessions: seen and ended by their owner, bounded in number, age and pace."""

import asyncio
from collections.abc import AsyncIterator
from itertools import pairwise
from uuid import uuid4

import jwt
import pytest

from moniqo.application.shared.query import eq, is_null
from moniqo.domain.audit.audit_log import AuditAction, AuditLog
from moniqo.domain.audit.outbox_event import OutboxEvent
from moniqo.domain.identity.session import RevokeReason, Session
from moniqo.entrypoints.settings.values import KeyRing
from support.house import PASSWORD, house_settings, open_house
from support.reception import AUTH, ME, WRONG, Reception, open_reception

NEW = "Battery-Staple-8"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"


@pytest.fixture
async def reception() -> AsyncIterator[Reception]:
    async with open_reception() as opened:
        await opened.house.made("ada")
        yield opened


async def test_a_user_sees_where_they_are_signed_in(reception: Reception) -> None:
    await reception.house.made("bob")
    await reception.tokens("bob@example.com")
    await reception.from_("203.0.113.9", FIREFOX).tokens()
    reception.clock.advance(minutes=5)
    token = (await reception.from_("2001:db8::7", "curl/8.5.0").tokens())["access_token"]

    reply = await reception.nobody.signed_in(token).get(f"{AUTH}/sessions")

    here, there = reply.data["items"]
    assert (reply.data["total"], here["current"], there["current"]) == (2, True, False)
    assert (here["device"], here["ip"]) == ("curl", "2001:db8::7")
    assert (there["device"], there["ip"]) == ("Firefox on Linux", "203.0.113.9")
    assert there["user_agent"] == FIREFOX
    assert here["created_at"] == here["last_used_at"] > there["created_at"]
    assert not {"refresh_hash", "previous_hash", "user_id"} & here.keys()


async def test_s40_a_session_that_was_ended_is_over_at_once(reception: Reception) -> None:
    mine, other = [await reception.tokens() for _ in range(2)]
    me = reception.nobody.signed_in(mine["access_token"])
    items = (await me.get(f"{AUTH}/sessions")).data["items"]
    (target,) = [item["id"] for item in items if not item["current"]]

    replies = [await me.delete(f"{AUTH}/sessions/{target}") for _ in range(2)]

    assert [reply.status for reply in replies] == [200, 200]
    assert await reception.seen(other["access_token"]) == 401
    assert (await reception.refresh(other["refresh_token"])).status == 401
    assert await reception.seen(mine["access_token"]) == 200
    assert (await me.get(f"{AUTH}/sessions")).data["total"] == 1


async def test_s40_nobody_ends_somebody_else_s_session(reception: Reception) -> None:
    await reception.house.made("bob")
    bob = await reception.tokens("bob@example.com")
    ada = reception.nobody.signed_in((await reception.tokens())["access_token"])
    session = jwt.decode(bob["access_token"], options={"verify_signature": False})["sid"]

    foreign, absent = [
        await ada.delete(f"{AUTH}/sessions/{one}") for one in (session, str(uuid4()))
    ]

    assert (foreign.status, foreign.json["message"]) == (404, absent.json["message"])
    assert await reception.seen(bob["access_token"]) == 200


async def test_s40_signing_out_everywhere_ends_every_session_of_one(reception: Reception) -> None:
    await reception.house.made("bob")
    bob = await reception.tokens("bob@example.com")
    pairs = [await reception.tokens() for _ in range(3)]

    reply = await reception.post(f"{AUTH}/logout-all", {}, pairs[0]["access_token"])

    rows = await reception.all(AuditLog, eq("action", AuditAction.LOGOUT))
    assert (reply.status, reply.data, len(rows)) == (200, None, 1)
    assert [await reception.seen(pair["access_token"]) for pair in pairs] == [401] * 3
    assert [(await reception.refresh(pair["refresh_token"])).status for pair in pairs] == [401] * 3
    assert await reception.seen(bob["access_token"]) == 200


async def test_s49_the_oldest_session_gives_way() -> None:
    async with open_reception(max_sessions_per_user=3) as reception:
        await reception.house.made("ada")
        pairs = [await reception.tokens() for _ in range(5)]

        assert [await reception.seen(pair["access_token"]) for pair in pairs] == [401] * 2 + [
            200
        ] * 3
        ended = await reception.all(Session, is_null("revoked_at", expected=False))
        assert {session.revoke_reason for session in ended} == {RevokeReason.EVICTED}


async def test_s49_the_number_holds_when_many_sign_in_at_once() -> None:
    async with open_reception(max_sessions_per_user=3) as reception:
        await reception.house.made("ada")

        await asyncio.gather(*(reception.tokens() for _ in range(20)))

        assert len(await reception.all(Session)) == 20
        assert len(await reception.all(Session, is_null("revoked_at"))) == 3


async def test_s45_a_session_ends_at_its_age_however_often_it_is_refreshed() -> None:
    async with open_reception(session_max_days=10) as reception:
        await reception.house.made("ada")
        pair = await reception.tokens()
        for _ in range(3):
            reception.clock.advance(days=3)
            pair = (await reception.refresh(pair["refresh_token"])).data

        reception.clock.advance(hours=23, minutes=59)
        assert (await reception.refresh(pair["refresh_token"])).status == 200
        pair = (await reception.refresh(pair["refresh_token"])).data
        reception.clock.advance(minutes=1)

        assert (await reception.refresh(pair["refresh_token"])).status == 401
        assert await reception.seen(pair["access_token"]) == 401


async def test_s48_a_session_is_refreshed_ten_times_an_hour(reception: Reception) -> None:
    other = await reception.tokens()
    pair = await reception.tokens()
    for _ in range(10):
        pair = (await reception.refresh(pair["refresh_token"])).data

    refused = [await reception.refresh(pair["refresh_token"]) for _ in range(3)]

    assert {(reply.status, reply.code) for reply in refused} == {(429, "RATE_LIMITED")}
    assert refused[0].header("retry-after") == "3600"
    assert await reception.seen(pair["access_token"]) == 200
    assert (await reception.refresh(other["refresh_token"])).status == 200
    reception.clock.advance(hours=1)
    assert (await reception.refresh(pair["refresh_token"])).status == 200


async def test_s48_answers_that_are_given_again_do_not_count(reception: Reception) -> None:
    first = await reception.tokens()

    replies = await asyncio.gather(*(reception.refresh(first["refresh_token"]) for _ in range(20)))

    assert {reply.status for reply in replies} == {200}
    assert len({reply.data["refresh_token"] for reply in replies}) == 1
    again = await reception.refresh(replies[0].data["refresh_token"])
    assert again.status == 200


async def test_s41_a_change_of_password_ends_the_other_sessions(reception: Reception) -> None:
    mine, other = [await reception.tokens() for _ in range(2)]
    body = {"current_password": PASSWORD, "new_password": NEW}

    reply = await reception.post(f"{AUTH}/change-password", body, mine["access_token"])

    assert (reply.status, reply.data) == (200, None)
    assert await reception.seen(mine["access_token"]) == 200
    assert (await reception.refresh(mine["refresh_token"])).status == 200
    assert await reception.seen(other["access_token"]) == 401
    assert (await reception.refresh(other["refresh_token"])).status == 401
    assert (await reception.log_in()).status == 401
    assert (await reception.log_in(password=NEW)).status == 200
    assert len(await reception.all(OutboxEvent, eq("name", "PasswordChanged"))) == 1


async def test_s41_a_change_needs_the_present_password_and_a_good_one(
    reception: Reception,
) -> None:
    token = (await reception.tokens())["access_token"]

    wrong = await reception.post(
        f"{AUTH}/change-password", {"current_password": WRONG, "new_password": NEW}, token
    )
    weak = await reception.post(
        f"{AUTH}/change-password", {"current_password": PASSWORD, "new_password": "weak"}, token
    )

    assert (wrong.status, wrong.code) == (401, "INVALID_CREDENTIALS")
    assert (weak.status, weak.code, set(weak.faults)) == (422, "WEAK_PASSWORD", {"new_password"})
    assert (await reception.account("ada@example.com")).failed_attempts == 1


async def test_a_password_is_changed_once_by_many_at_once() -> None:
    async with open_reception(password_changes_per_hour=100, lockout_attempts=100) as reception:
        await reception.house.made("ada")
        token = (await reception.tokens())["access_token"]
        bodies = [
            {"current_password": PASSWORD, "new_password": f"{NEW}-{one}"} for one in range(20)
        ]

        replies = await asyncio.gather(
            *(reception.post(f"{AUTH}/change-password", body, token) for body in bodies)
        )

        statuses = [reply.status for reply in replies]
        assert sorted(statuses) == [200] + [401] * 19
        kept = bodies[statuses.index(200)]["new_password"]
        assert (await reception.log_in(password=kept)).status == 200


async def test_a_password_is_changed_three_times_an_hour(reception: Reception) -> None:
    token = (await reception.tokens())["access_token"]
    passwords = [PASSWORD, *(f"{NEW}-{one}" for one in range(4))]

    statuses = [
        (
            await reception.post(
                f"{AUTH}/change-password",
                {"current_password": now, "new_password": new},
                token,
            )
        ).status
        for now, new in pairwise(passwords)
    ]

    assert statuses == [200, 200, 200, 429]


async def devices(reception: Reception) -> list[str]:
    """The agents that a user was told of."""
    told = await reception.all(OutboxEvent, eq("name", "NewDeviceSignedIn"))
    return [event.payload["user_agent"] for event in told]


async def test_a_sign_in_from_elsewhere_is_told(reception: Reception) -> None:
    for ip, agent in (
        ("203.0.113.9", "first"),
        ("203.0.113.200", "first"),
        ("203.0.113.9", "second"),
        ("198.51.100.1", "second"),
        ("203.0.113.7", "second"),
        ("2001:db8:7:1::1", "third"),
        ("2001:db8:7:2::2", "third"),
        ("2001:db8:8::1", "third"),
    ):
        await reception.from_(ip, agent).tokens()

    assert await devices(reception) == ["second", "second", "third", "third"]


async def test_s46_tokens_of_every_listed_key_are_good() -> None:
    new, old = "new:" + "n" * 32, "old:" + "o" * 32

    def keyed(text: str) -> object:
        return house_settings(jwt_secret_keys=KeyRing.parse(text))

    async def issued(text: str) -> str:
        async with open_house(keyed(text)) as house:  # type: ignore[arg-type]
            return (await house.user()).token or ""

    async def read(text: str, token: str) -> str:
        async with open_house(keyed(text)) as house:  # type: ignore[arg-type]
            reply = await house.client.signed_in(token).get(ME)
            return str(reply.json["message"])

    by_old, by_both = await issued(old), await issued(f"{new},{old}")

    assert jwt.get_unverified_header(by_old)["kid"] == "old"
    assert jwt.get_unverified_header(by_both)["kid"] == "new"
    # Signed right, for a session that another store has.
    assert "over" in await read(f"{new},{old}", by_old)
    assert "over" in await read(f"{new},{old}", by_both)
    assert "not valid" in await read(new, by_old)


async def test_s47_a_token_stands_in_the_header_only(reception: Reception) -> None:
    token = (await reception.tokens())["access_token"]

    by_query = await reception.nobody.get(f"{ME}?access_token={token}")
    by_cookie = await reception.nobody.get(
        ME, headers=((b"cookie", f"access_token={token}".encode()),)
    )

    assert (by_query.status, by_cookie.status) == (401, 401)


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_verified": False}])
async def test_s42_a_session_is_worth_what_its_account_is(
    reception: Reception, change: dict[str, bool]
) -> None:
    pair = await reception.tokens()

    await reception.changed("ada@example.com", change)

    assert await reception.seen(pair["access_token"]) == 403
    assert (await reception.refresh(pair["refresh_token"])).status == 403
