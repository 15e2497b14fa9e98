"""A session's tokens follow one another, and it ends in time."""

from datetime import timedelta

import pytest

from moniqo.domain.identity.credentials import TokenHash
from moniqo.domain.identity.session import RevokeReason, Session, TokenUse
from moniqo.domain.shared.ids import SessionId, UserId
from support.clock import SettableClock
from support.store import CountingIds

IDS = CountingIds()
NOW = SettableClock().now()
FIRST, SECOND, THIRD = (TokenHash(digit * 64) for digit in "123")
GRACE = timedelta(seconds=10)
WEEK = timedelta(days=7)


def session(**changes: object) -> Session:
    return Session(
        id=SessionId(IDS.new()),
        user_id=UserId(IDS.new()),
        refresh_hash=FIRST,
        expires_at=NOW + WEEK,
        absolute_expires_at=NOW + timedelta(days=30),
        last_used_at=NOW,
    ).with_(**changes)


def test_a_fresh_session_knows_one_token() -> None:
    fresh = session()

    assert fresh.use_of(FIRST, NOW, GRACE) is TokenUse.CURRENT
    assert fresh.use_of(SECOND, NOW, GRACE) is TokenUse.REUSED


def test_the_token_before_may_come_again_within_the_grace() -> None:
    rotated = session().rotated(SECOND, NOW, WEEK)

    assert rotated.generation == 1
    assert rotated.use_of(SECOND, NOW, GRACE) is TokenUse.CURRENT
    assert rotated.use_of(FIRST, NOW + GRACE, GRACE) is TokenUse.REPEATED
    late = NOW + GRACE + timedelta(milliseconds=1)
    assert rotated.use_of(FIRST, late, GRACE) is TokenUse.REUSED


def test_a_token_two_generations_old_is_reused_at_once() -> None:
    twice = session().rotated(SECOND, NOW, WEEK).rotated(THIRD, NOW, WEEK)

    assert twice.use_of(FIRST, NOW, GRACE) is TokenUse.REUSED


def test_a_rotation_moves_the_end_but_not_past_the_absolute_age() -> None:
    early = session().rotated(SECOND, NOW + timedelta(days=1), WEEK)
    late = session().rotated(SECOND, NOW + timedelta(days=28), WEEK)

    assert early.expires_at == NOW + timedelta(days=8)
    assert late.expires_at == NOW + timedelta(days=30)


def test_a_session_lives_until_it_expires_or_is_revoked() -> None:
    live = session()

    assert live.is_live(NOW + WEEK - timedelta(milliseconds=1))
    assert not live.is_live(NOW + WEEK)
    assert not session(absolute_expires_at=NOW).is_live(NOW)
    assert not live.revoked(RevokeReason.LOGOUT, NOW).is_live(NOW)


@pytest.mark.parametrize("again", list(RevokeReason))
def test_the_first_end_is_the_end(again: RevokeReason) -> None:
    ended = session().revoked(RevokeReason.LOGOUT, NOW)

    assert ended.revoked(again, NOW + WEEK) is ended
