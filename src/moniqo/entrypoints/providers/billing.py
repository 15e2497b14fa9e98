"""Plans, subscriptions and quotas."""

from collections.abc import AsyncIterator

from dishka import Provider, Scope, provide

from moniqo.adapters.api_calls import BatchedApiCalls
from moniqo.adapters.quotas import StoredQuotas
from moniqo.application.billing.api_calls import ApiCalls
from moniqo.application.billing.quotas import Quotas
from moniqo.application.billing.seed_plans import SeedPlans
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.system import Clock, Ids
from moniqo.entrypoints.settings import Settings


class Billing(Provider):
    """Everything of the context `billing`."""

    scope = Scope.APP
    quotas = provide(StoredQuotas, provides=Quotas)

    @provide
    async def api_calls(self, uow: UnitOfWork, clock: Clock, ids: Ids) -> AsyncIterator[ApiCalls]:
        """What is not stored yet is, when the container closes."""
        calls = BatchedApiCalls(uow, clock, ids)
        yield calls
        await calls.close()

    @provide
    def seed_plans(self, uow: UnitOfWork, ids: Ids, settings: Settings) -> SeedPlans:
        """By `FREE_API_CALLS_PER_DAY`."""
        return SeedPlans(uow, ids, settings.limits.free_api_calls_per_day)
