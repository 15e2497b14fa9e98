"""Refresh tokens are used once, sessions end for good, and requests notice at once."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from moniqo.adapters.security.hmac_refresh_tokens import HmacRefreshTokens
from moniqo.application.identity.get_profile import GetProfile
from moniqo.application.identity.list_users import ListUsers
from moniqo.application.shared.query import Listing, eq
from moniqo.domain.audit.audit_log import AuditAction, AuditLog
from moniqo.domain.audit.outbox_event import OutboxEvent
from moniqo.domain.identity.account import Account
from moniqo.domain.identity.role import Permission, Role
from moniqo.domain.identity.session import RevokeReason, Session
from moniqo.domain.identity.user import User
from moniqo.domain.shared.errors import (
    AccountInactive,
    EmailNotVerified,
    NotFound,
    TokenExpired,
    TokenReused,
    Unauthenticated,
)
from moniqo.domain.shared.ids import UserId
from support.people import KEYS, People, open_people

OTHER = (b"fedcba9876543210fedcba9876543210",)


async def signed_up(**parts: object) -> People:
    people = await open_people(**parts)
    await people.register()
    return people


async def session_of(people: People) -> Session:
    (session,) = await people.all(Session)
    return session  # type: ignore[no-any-return]


async def test_a_refresh_gives_a_new_pair() -> None:
    people = await signed_up()
    first = await people.sign_in()

    second = await people.refresh(first.refresh_token)

    assert second.refresh_token != first.refresh_token
    assert second.access_token != first.access_token
    assert (await people.authenticate(token=second.access_token)).user_id == first.user.id


async def test_twenty_refreshes_at_once_get_one_successor() -> None:
    people = await signed_up()
    first = await people.sign_in()

    answers = await asyncio.gather(*(people.refresh(first.refresh_token) for _ in range(20)))

    assert len({answer.refresh_token for answer in answers}) == 1
    assert (await session_of(people)).generation == 1
    assert await people.refresh(answers[0].refresh_token)


async def test_within_the_grace_the_token_before_gets_the_same_answer() -> None:
    people = await signed_up()
    first = await people.sign_in()
    second = await people.refresh(first.refresh_token)
    people.clock.advance(seconds=10)

    again = await people.refresh(first.refresh_token)

    assert again.refresh_token == second.refresh_token


@pytest.mark.parametrize(("refreshes", "seconds"), [(1, 10.001), (2, 0)])
async def test_an_older_token_ends_the_whole_session(refreshes: int, seconds: float) -> None:
    people = await signed_up()
    other = await people.sign_in()
    first = newest = await people.sign_in()
    for _ in range(refreshes):
        newest = await people.refresh(newest.refresh_token)
    people.clock.advance(seconds=seconds)

    with pytest.raises(TokenReused):
        await people.refresh(first.refresh_token)

    for token in (newest.refresh_token, first.refresh_token):
        with pytest.raises(Unauthenticated):
            await people.refresh(token)
    with pytest.raises(Unauthenticated):
        await people.authenticate(token=newest.access_token)
    assert await people.authenticate(token=other.access_token)
    (row,) = await people.all(AuditLog, eq("action", AuditAction.TOKEN_REUSED))
    (event,) = await people.all(OutboxEvent, eq("name", "RefreshTokenReused"))
    assert event.payload == {"user_id": str(row.user_id), "session_id": str(row.entity_id)}


@pytest.mark.parametrize("text", ["x", "é" * 70, "A" * 70, "-" * 70, "x" * 71])
async def test_what_is_no_token_is_refused(text: str) -> None:
    people = await signed_up()

    with pytest.raises(Unauthenticated):
        await people.refresh(text)


async def test_an_access_token_refreshes_nothing() -> None:
    people = await signed_up()
    first = await people.sign_in()

    with pytest.raises(Unauthenticated):
        await people.refresh(first.access_token)


async def test_a_forged_older_token_does_not_end_the_session() -> None:
    people = await signed_up()
    first = await people.sign_in()
    second = await people.refresh(first.refresh_token)
    forged = HmacRefreshTokens(keys=OTHER).issue((await session_of(people)).id, 0)

    with pytest.raises(Unauthenticated) as refused:
        await people.refresh(forged.text)

    assert not isinstance(refused.value, TokenReused)
    assert await people.refresh(second.refresh_token)


async def test_a_token_of_a_retired_key_goes_on_but_cannot_be_repeated() -> None:
    people = await signed_up()
    first = await people.sign_in()
    rotated = People(
        backend=people.backend,
        clock=people.clock,
        ids=people.ids,
        refresh_tokens=HmacRefreshTokens(keys=OTHER),
    )

    second = await rotated.refresh(first.refresh_token)

    assert await rotated.refresh(first.refresh_token) != second
    with pytest.raises(Unauthenticated) as refused:
        await people.refresh(first.refresh_token)
    assert not isinstance(refused.value, TokenReused)


async def test_while_keys_change_all_servers_give_the_same_successor() -> None:
    people = await signed_up()
    first = await people.sign_in()
    rotated = People(
        backend=people.backend,
        clock=people.clock,
        ids=people.ids,
        refresh_tokens=HmacRefreshTokens(keys=OTHER + KEYS),
    )

    second = await people.refresh(first.refresh_token)

    assert (await rotated.refresh(first.refresh_token)).refresh_token == second.refresh_token


async def test_a_session_that_idles_for_a_week_is_over() -> None:
    people = await signed_up()
    first = await people.sign_in()
    people.clock.advance(days=7)

    with pytest.raises(Unauthenticated):
        await people.refresh(first.refresh_token)


async def test_a_session_of_thirty_days_is_over_however_fresh() -> None:
    people = await signed_up()
    newest = await people.sign_in()
    for _ in range(29):
        people.clock.advance(days=1)
        newest = await people.refresh(newest.refresh_token)
    people.clock.advance(hours=23, minutes=50)
    newest = await people.refresh(newest.refresh_token)
    assert await people.authenticate(token=newest.access_token)
    people.clock.advance(minutes=10)

    with pytest.raises(Unauthenticated):
        await people.refresh(newest.refresh_token)
    with pytest.raises(Unauthenticated) as refused:
        await people.authenticate(token=newest.access_token)
    assert not isinstance(refused.value, TokenExpired)


async def test_an_access_token_lives_for_thirty_minutes() -> None:
    people = await signed_up()
    first = await people.sign_in()
    people.clock.advance(minutes=30)

    with pytest.raises(TokenExpired):
        await people.authenticate(token=first.access_token)


async def test_a_refreshed_session_of_somebody_gone_is_over() -> None:
    people = await signed_up()
    first = await people.sign_in()
    (user,) = await people.all(User)
    await people.remove(user)

    with pytest.raises(Unauthenticated):
        await people.refresh(first.refresh_token)
    with pytest.raises(Unauthenticated):
        await people.authenticate(token=first.access_token)


async def test_a_deactivated_account_is_told_at_the_next_request() -> None:
    people = await signed_up()
    first = await people.sign_in()
    (account,) = await people.all(Account)
    await people.save(account.with_(is_active=False))

    with pytest.raises(AccountInactive):
        await people.authenticate(token=first.access_token)
    with pytest.raises(AccountInactive):
        await people.refresh(first.refresh_token)


async def test_whoever_is_unverified_may_do_nothing_with_a_token() -> None:
    people = await signed_up()
    first = await people.sign_in()
    (account,) = await people.all(Account)
    await people.save(account.with_(is_verified=False))

    with pytest.raises(EmailNotVerified):
        await people.authenticate(token=first.access_token)


async def test_a_role_that_loses_a_right_loses_it_at_the_next_request() -> None:
    people = await signed_up()
    first = await people.sign_in()
    before = await people.authenticate(token=first.access_token)
    (role,) = await people.all(Role, eq("name", "User"))
    (right,) = await people.all(Permission, eq("resource", "agents"), eq("action", "write"))
    (other,) = await people.all(Permission, eq("resource", "prompts"), eq("action", "read"))

    held = tuple(key for key in role.permission_ids if key != right.id)
    await people.save(role.with_(permission_ids=held))
    await people.remove(other)

    after = await people.authenticate(token=first.access_token)
    assert before.permissions - after.permissions == {"agents:write", "prompts:read"}


async def test_a_role_without_rights_has_none() -> None:
    people = await signed_up()
    first = await people.sign_in()
    (role,) = await people.all(Role, eq("name", "User"))
    await people.save(role.with_(permission_ids=()))

    assert (await people.authenticate(token=first.access_token)).permissions == frozenset()


async def test_a_token_for_somebody_elses_session_is_refused() -> None:
    people = await signed_up()
    await people.sign_in()
    session = await session_of(people)
    mixed = people.access_tokens.issue(
        user_id=UserId(people.ids.new()), session_id=session.id, role="Superadmin"
    )

    with pytest.raises(Unauthenticated):
        await people.authenticate(token=mixed.text)


async def test_sign_out_ends_this_session_and_twice_is_harmless() -> None:
    people = await signed_up()
    other = await people.sign_in()
    first = await people.sign_in()
    caller = await people.authenticate(token=first.access_token)

    for _ in range(2):
        await people.log_out(user_id=caller.user_id, session_id=caller.session_id)

    with pytest.raises(Unauthenticated):
        await people.authenticate(token=first.access_token)
    with pytest.raises(Unauthenticated):
        await people.refresh(first.refresh_token)
    assert await people.authenticate(token=other.access_token)
    (ended,) = await people.all(Session, eq("id", caller.session_id))
    assert ended.revoke_reason is RevokeReason.LOGOUT
    assert len(await people.all(AuditLog, eq("action", AuditAction.LOGOUT))) == 1


async def test_nobody_ends_somebody_elses_session() -> None:
    people = await signed_up()
    await people.sign_in()

    with pytest.raises(NotFound):
        session = await session_of(people)
        await people.log_out(user_id=UserId(people.ids.new()), session_id=session.id)

    assert (await session_of(people)).is_live(people.clock.now())


async def test_a_profile_shows_who_one_is() -> None:
    people = await open_people()
    made = await people.register()
    caller = await people.authenticate(token=(await people.sign_in()).access_token)

    shown = await GetProfile(people.uow)(caller=caller)

    assert replace(shown, last_login_at=None) == made
    assert shown.last_login_at == people.clock.now()
    (user,) = await people.all(User)
    await people.remove(user)
    with pytest.raises(NotFound):
        await GetProfile(people.uow)(caller=caller)


async def test_users_are_listed_in_pages() -> None:
    people = await open_people()
    list_users = ListUsers(people.uow, people.backend.people(), people.ids)
    empty = await list_users(listing=Listing())
    made = [await people.register(email=f"{name}@example.com") for name in "abc"]

    page = await list_users(listing=Listing(limit=2))

    assert (empty.items, empty.total) == ((), 0)
    assert (page.items, page.total) == (tuple(made[:2]), 3)
    assert page.has_more


async def test_terms_can_be_shorter() -> None:
    people = await signed_up()
    terms = type(people.terms)(idle=timedelta(days=2), absolute=timedelta(days=1))
    brief = People(backend=people.backend, clock=people.clock, ids=people.ids, terms=terms)

    await brief.sign_in()

    assert (await session_of(people)).expires_at == people.clock.now() + timedelta(days=1)
