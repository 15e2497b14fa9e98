"""However many sessions somebody has, all of them end, each once."""

from datetime import timedelta

import pytest

from moniqo.application.identity.ending_sessions import end_sessions
from moniqo.domain.identity.credentials import TokenHash
from moniqo.domain.identity.session import RevokeReason, Session
from moniqo.domain.shared.ids import SessionId, UserId
from support.people import People, open_people


async def with_sessions(number: int) -> tuple[People, UserId]:
    """Somebody with so many sessions."""
    people = await open_people()
    user_id = (await people.register()).id
    soon = people.clock.now() + timedelta(days=1)
    async with people.uow() as tx:
        for one in range(number):
            session = Session(
                id=SessionId(people.ids.new()),
                user_id=user_id,
                refresh_hash=TokenHash(f"{one:064x}"),
                expires_at=soon,
                absolute_expires_at=soon,
                last_used_at=people.clock.now(),
            )
            await tx[Session].add(session)
    return people, user_id


async def ended(people: People, user_id: UserId, but: SessionId | None = None) -> int:
    """How many were ended now."""
    async with people.uow() as tx:
        now = people.clock.now()
        return await end_sessions(tx, user_id, RevokeReason.PASSWORD_CHANGED, now, but=but)


@pytest.mark.parametrize("number", [0, 1, 200, 201])
async def test_every_session_ends_once(number: int) -> None:
    people, user_id = await with_sessions(number)

    counts = [await ended(people, user_id), await ended(people, user_id)]

    assert counts == [number, 0]
    assert {session.is_live(people.clock.now()) for session in await people.all(Session)} <= {False}


@pytest.mark.parametrize("number", [1, 200, 201])
async def test_the_session_that_stays_does_not_hide_the_others(number: int) -> None:
    people, user_id = await with_sessions(number)
    stays = (await people.all(Session))[0]

    assert await ended(people, user_id, but=stays.id) == number - 1

    now = people.clock.now()
    assert [one.id for one in await people.all(Session) if one.is_live(now)] == [stays.id]
