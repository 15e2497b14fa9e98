"""Used and reserved together stay within the limit, to the last digit."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from moniqo.domain.billing.plan import Resource
from moniqo.domain.billing.usage import LIFETIME, Usage, period_start
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
