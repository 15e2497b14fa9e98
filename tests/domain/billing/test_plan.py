"""Plans limit each resource once, in whole numbers where things are counted."""

from decimal import Decimal

import pytest

from moniqo.domain.billing.plan import Plan, PlanLimit, Resource
from moniqo.domain.shared.errors import Invalid
from moniqo.domain.shared.ids import PlanId
from support.store import CountingIds

IDS = CountingIds()


def plan(*limits: PlanLimit) -> Plan:
    return Plan(id=PlanId(IDS.new()), name="Small", price=Decimal(5), limits=limits)


def limit(value: str, resource: Resource = Resource.AGENTS) -> PlanLimit:
    return PlanLimit(resource=resource, title="Limit", value=Decimal(value))


def test_a_limit_is_found_by_its_resource() -> None:
    small = plan(limit("3"), limit("0.25", Resource.LLM_COST_PER_MONTH))

    assert small.limit_of(Resource.AGENTS) == 3
    assert small.limit_of(Resource.LLM_COST_PER_MONTH) == Decimal("0.25")


def test_minus_one_and_silence_are_unlimited() -> None:
    small = plan(limit("-1"))

    assert small.limit_of(Resource.AGENTS) is None
    assert small.limit_of(Resource.FLOWS) is None


def test_a_limit_of_nothing_is_a_limit() -> None:
    assert plan(limit("0")).limit_of(Resource.AGENTS) == 0


@pytest.mark.parametrize("value", ["-2", "-0.5", "1.5"])
def test_an_odd_limit_is_refused(value: str) -> None:
    with pytest.raises(Invalid, match="value"):
        limit(value)


def test_a_resource_is_limited_once() -> None:
    with pytest.raises(Invalid, match="limits"):
        plan(limit("1"), limit("2"))
