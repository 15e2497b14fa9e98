"""Counters and locks, by the clock."""

from datetime import UTC, datetime, timedelta

import pytest

from moniqo.domain.identity.attempts import Attempts, AttemptsId, LockTerms
from support.store import CountingIds

NOW = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
TERMS = LockTerms()


def attempts(**fields: object) -> Attempts:
    plain = {
        "id": AttemptsId(CountingIds().new()),
        "kind": "sign_in",
        "key_hash": "0" * 64,
        "window_start": NOW,
    }
    return Attempts(**plain | fields)  # type: ignore[arg-type]


def locked(level: int) -> Attempts:
    found = attempts(lock_level=level)
    for _ in range(TERMS.attempts):
        found = found.failed(NOW, TERMS)
    return found


def test_a_window_begins_with_the_first_and_ends_in_its_time() -> None:
    first = attempts().counted(NOW + HOUR * 5, HOUR)
    second = first.counted(NOW + HOUR * 5.5, HOUR)

    assert (first.count, first.window_start) == (1, NOW + HOUR * 5)
    assert (second.count, second.window_start) == (2, NOW + HOUR * 5)
    assert second.used(NOW + HOUR * 6, HOUR) == 0
    assert second.counted(NOW + HOUR * 6, HOUR).count == 1


@pytest.mark.parametrize(("level", "minutes"), [(0, 15), (1, 30), (2, 60), (3, 60), (10_000, 60)])
def test_each_lock_is_twice_as_long_as_the_one_before_up_to_the_longest(
    level: int, minutes: int
) -> None:
    found = locked(level)

    assert found.locked_for(NOW) == timedelta(minutes=minutes)
    assert found.lock_level == level + 1


def test_a_lock_ends_at_its_time() -> None:
    found = locked(0)

    assert found.locked_for(NOW + timedelta(minutes=15)) is None
    assert found.locked_for(NOW + timedelta(minutes=15, milliseconds=-1)) is not None


def test_what_led_to_a_lock_does_not_lock_again() -> None:
    terms = LockTerms(first=timedelta(minutes=1))
    found = attempts()
    for _ in range(terms.attempts):
        found = found.failed(NOW, terms)

    after = found.failed(NOW + timedelta(minutes=2), terms)

    assert (after.count, after.locked_until, after.lock_level) == (1, None, 1)


def test_what_is_cleared_is_forgotten() -> None:
    found = locked(2).cleared()

    assert (found.count, found.locked_until, found.lock_level) == (0, None, 0)
