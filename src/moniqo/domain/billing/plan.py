"""Plans: what they cost, offer and limit."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from moniqo.domain.shared.entity import Entity, Value
from moniqo.domain.shared.errors import Invalid
from moniqo.domain.shared.ids import PlanId
from moniqo.domain.shared.rules import Length, Pattern, Range

UNLIMITED = Decimal(-1)
"""As the value of a limit: there is none."""
PlanName = Annotated[str, Length(1, 100)]
PlanText = Annotated[str, Length(0, 2000)]
Price = Annotated[Decimal, Range(least=0)]
Currency = Annotated[str, Pattern(r"[A-Z]{3}", "a currency code such as USD")]


class Resource(StrEnum):
    """Everything that a plan can limit."""

    AGENTS = "agents"
    FLOWS = "flows"
    RUNS_PER_DAY = "runs_per_day"
    TRADES_PER_DAY = "trades_per_day"
    API_CALLS_PER_DAY = "api_calls_per_day"
    LLM_COST_PER_MONTH = "llm_cost_per_month"


@dataclass(frozen=True, slots=True)
class PlanFeature(Value):
    """Something that the plan offers, for humans."""

    resource: Annotated[str, Length(1, 64)]
    title: Annotated[str, Length(1, 100)]
    description: Annotated[str, Length(0, 500)] = ""


@dataclass(frozen=True, slots=True)
class PlanLimit(Value):
    """How much of a resource the plan allows in its period; -1 is unlimited.

    `llm_cost_per_month` is in USD, all others are counts.
    """

    resource: Resource
    title: Annotated[str, Length(1, 100)]
    description: Annotated[str, Length(0, 500)] = ""
    value: Annotated[Decimal, Range(least=UNLIMITED)] = UNLIMITED

    def check(self) -> None:
        """Between unlimited and nothing there is no limit; what is counted comes whole."""
        if UNLIMITED < self.value < 0:
            raise Invalid.field("value", "must be -1 or at least 0")
        if self.resource is not Resource.LLM_COST_PER_MONTH and self.value % 1:
            raise Invalid.field("value", "must be a whole number")


PlanFeatures = Annotated[tuple[PlanFeature, ...], Length(0, 100)]
PlanLimits = Annotated[tuple[PlanLimit, ...], Length(0, len(Resource))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan(Entity):
    """What somebody can subscribe to. The default plan holds for whoever has no other."""

    id: PlanId
    name: PlanName
    description: PlanText = ""
    price: Price
    currency: Currency = "USD"
    features: PlanFeatures = ()
    limits: PlanLimits = ()
    is_default: bool = False

    def check(self) -> None:
        """A resource has one limit."""
        if len({limit.resource for limit in self.limits}) < len(self.limits):
            raise Invalid.field("limits", "must name a resource once")

    def limit_of(self, resource: Resource) -> Decimal | None:
        """The most of `resource` in its period; None if unlimited or not mentioned."""
        for limit in self.limits:
            if limit.resource is resource and limit.value != UNLIMITED:
                return limit.value
        return None
