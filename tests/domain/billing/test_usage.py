"""Used and reserved together stay within the limit, to the last digit."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from moniqo.domain.billing.plan import Resource
from moniqo.domain.billing.usage import LIFETIME, Usage, period_end, period_start
from moniqo.domain.shared.errors import QuotaExceeded
from moniqo.domain.shared.ids import UsageId, UserId
from support.store import CountingIds

IDS = CountingIds()
NOW = datetime(2026, 3, 31, 23, 59, 59, 999000, tzinfo=UTC)
TINY = Decimal("0.000000000000000001")


def usage(used: str = "0", reserved: str = "0") -> Usage:
    return Usage(
        id=UsageId(IDS.new()),
        user_id=UserId(IDS.new()),
        resource=Resource.LLM_COST_PER_MONTH,
        period_start=NOW,
        used=Decimal(used),
        reserved=Decimal(reserved),
    )


@pytest.mark.parametrize(
    ("resource", "start"),
    [
        (Resource.AGENTS, LIFETIME),
        (Resource.FLOWS, LIFETIME),
        (Resource.RUNS_PER_DAY, datetime(2026, 3, 31, tzinfo=UTC)),
        (Resource.TRADES_PER_DAY, datetime(2026, 3, 31, tzinfo=UTC)),
        (Resource.API_CALLS_PER_DAY, datetime(2026, 3, 31, tzinfo=UTC)),
        (Resource.LLM_COST_PER_MONTH, datetime(2026, 3, 1, tzinfo=UTC)),
    ],
)
def test_a_resource_is_counted_in_its_period(resource: Resource, start: datetime) -> None:
    assert period_start(resource, NOW) == start


def test_the_last_bit_of_a_limit_can_be_used_and_no_more() -> None:
    most = Decimal(1)

    full = usage(used="0.6", reserved="0.3").taken(Decimal("0.1"), most)

    assert full.used == Decimal("0.7")
    with pytest.raises(QuotaExceeded, match=r"allows 1 llm_cost_per_month, 1 are used"):
        full.taken(TINY, most)
    with pytest.raises(QuotaExceeded):
        full.set_aside(TINY, most)


@pytest.mark.parametrize(
    ("now", "end"),
    [
        (NOW, datetime(2026, 4, 1, tzinfo=UTC)),
        (datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)),
        (datetime(2026, 12, 15, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_month_ends_with_the_next_ones_first(now: datetime, end: datetime) -> None:
    assert period_end(Resource.LLM_COST_PER_MONTH, now) == end


def test_a_day_ends_at_midnight_and_a_lifetime_never() -> None:
    assert period_end(Resource.RUNS_PER_DAY, NOW) == datetime(2026, 4, 1, tzinfo=UTC)
    assert period_end(Resource.AGENTS, NOW) is None


def test_what_has_happened_is_counted_as_far_as_there_is_room() -> None:
    assert usage(used="3").counted(Decimal(4), Decimal(5)).used == 5
    assert usage(used="7").counted(Decimal(4), Decimal(5)).used == 7
    assert usage(used="3").counted(Decimal(4), None).used == 7


def test_a_limit_is_told_of_once_it_is_used_up() -> None:
    most = Decimal(1)

    assert not usage(used="0.9").exhausts(most)
    assert usage(used="0.6", reserved="0.4").exhausts(most)
    assert not usage(used="1").with_(told=most).exhausts(most)
    assert usage(used="1").with_(told=Decimal("0.5")).exhausts(most)


def test_without_a_limit_anything_goes() -> None:
    assert usage().taken(Decimal(10**15), None).used == 10**15


def test_given_back_is_never_less_than_nothing() -> None:
    assert usage(used="1").given_back(Decimal("0.25")).used == Decimal("0.75")
    assert usage(used="1").given_back(Decimal(2)).used == 0


def test_a_reservation_turns_into_what_was_used() -> None:
    reserved = usage().set_aside(Decimal("0.5"), Decimal(1))

    cheaper = reserved.settled(Decimal("0.5"), Decimal("0.123456789012345678"))
    dearer = reserved.settled(Decimal("0.5"), Decimal("1.5"))

    assert (cheaper.reserved, cheaper.used) == (0, Decimal("0.123456789012345678"))
    assert (dearer.reserved, dearer.used) == (0, Decimal("1.5"))
