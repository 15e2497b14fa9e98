"""The plans made at first start."""

from dataclasses import dataclass
from decimal import Decimal

from moniqo.application.shared.conflicts import settled
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.system import Ids
from moniqo.domain.billing.plan import UNLIMITED, Plan, PlanLimit, Resource
from moniqo.domain.shared.errors import AlreadyExists
from moniqo.domain.shared.ids import PlanId

_TITLES = {
    Resource.AGENTS: "Agents",
    Resource.FLOWS: "Flows",
    Resource.API_CALLS_PER_DAY: "API calls per day",
    Resource.RUNS_PER_DAY: "Flow runs per day",
    Resource.TRADES_PER_DAY: "Trades per day",
    Resource.LLM_COST_PER_MONTH: "Model cost per month, USD",
}
_LIMITS: dict[str, tuple[str | Decimal, ...]] = {
    "Free": ("1", "2", "100", "20", "10", "1"),
    "Pro": ("10", "25", "10000", "500", "250", "25"),
    "Enterprise": (UNLIMITED,) * 6,
}
_PRICES = {"Free": "0", "Pro": "29", "Enterprise": "299"}
_DESCRIPTIONS = {
    "Free": "Try everything on a small scale.",
    "Pro": "For one person who trades every day.",
    "Enterprise": "Without limits.",
}


def _plan(ids: Ids, name: str, **limits: int) -> Plan:
    values = zip(_TITLES.items(), _LIMITS[name], strict=True)
    return Plan(
        id=PlanId(ids.new()),
        name=name,
        description=_DESCRIPTIONS[name],
        price=Decimal(_PRICES[name]),
        limits=tuple(
            PlanLimit(resource=resource, title=title, value=Decimal(limits.get(resource, value)))
            for (resource, title), value in values
        ),
        is_default=name == "Free",
    )


@dataclass(frozen=True, slots=True)
class SeedPlans:
    """Make `Free` (the default plan), `Pro` and `Enterprise` where there never was any plan.

    What an operator makes of them later, under whatever names, stays as it is. `free_calls` are
    the API calls a day of `Free`.
    """

    uow: UnitOfWork
    ids: Ids
    free_calls: int = 100

    async def __call__(self) -> None:
        """Make what is missing."""
        await settled(self._seed, again_on=(AlreadyExists,))

    async def _seed(self) -> None:
        async with self.uow() as tx:
            if await tx[Plan].first(include_deleted=True) is not None:
                return
            await tx[Plan].add(_plan(self.ids, "Free", api_calls_per_day=self.free_calls))
            for name in ("Pro", "Enterprise"):
                await tx[Plan].add(_plan(self.ids, name))
