"""What callers send to make or change a plan."""

from dataclasses import dataclass

from moniqo.domain.billing.plan import (
    Currency,
    PlanFeatures,
    PlanLimits,
    PlanName,
    PlanText,
    Price,
)
from moniqo.domain.shared.entity import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDraft(Value):
    """A plan to be. A limit of -1 is unlimited, and so is what no limit speaks of."""

    name: PlanName
    description: PlanText = ""
    price: Price
    currency: Currency = "USD"
    features: PlanFeatures = ()
    limits: PlanLimits = ()
