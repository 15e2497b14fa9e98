"""A subscription is active once and ends once."""

from datetime import timedelta

import pytest

from moniqo.domain.billing.subscription import Subscription, SubscriptionStatus
from moniqo.domain.shared.errors import Invalid, RuleViolated
from moniqo.domain.shared.ids import PlanId, SubscriptionId, UserId
from support.clock import SettableClock
from support.store import CountingIds

IDS = CountingIds()
NOW = SettableClock().now()
DAY = timedelta(days=1)


def subscription(**changes: object) -> Subscription:
    return Subscription(
        id=SubscriptionId(IDS.new()),
        user_id=UserId(IDS.new()),
        plan_id=PlanId(IDS.new()),
        start_date=NOW,
    ).with_(**changes)


def test_it_does_not_end_before_it_starts() -> None:
    with pytest.raises(Invalid, match="end_date"):
        subscription(end_date=NOW - DAY)


def test_it_is_in_force_until_its_end() -> None:
    limited = subscription(end_date=NOW + DAY)

    assert subscription().in_force(NOW + 1000 * DAY)
    assert limited.in_force(NOW)
    assert not limited.in_force(NOW + DAY)


def test_before_its_time_is_over_it_ends_as_cancelled() -> None:
    ended = subscription(end_date=NOW + 30 * DAY).ended(NOW + DAY)

    assert ended.status is SubscriptionStatus.CANCELLED
    assert ended.end_date == NOW + DAY
    assert not ended.in_force(NOW)


def test_afterwards_it_ends_as_expired() -> None:
    ended = subscription(end_date=NOW + DAY).ended(NOW + 2 * DAY)

    assert ended.status is SubscriptionStatus.EXPIRED
    assert ended.end_date == NOW + DAY


def test_a_clock_that_runs_behind_ends_it_at_its_start() -> None:
    assert subscription().ended(NOW - DAY).end_date == NOW


def test_what_ended_does_not_end_again() -> None:
    ended = subscription().ended(NOW)

    with pytest.raises(RuleViolated, match="cancelled already"):
        ended.ended(NOW)
