"""Plans, subscriptions and quotas."""

from dishka import Provider, Scope, provide, provide_all

from moniqo.adapters.quotas import StoredQuotas
from moniqo.application.billing.access import SUBSCRIPTIONS
from moniqo.application.billing.cancel_subscription import CancelSubscription
from moniqo.application.billing.get_plan import GetPlan
from moniqo.application.billing.list_plans import ListPlans
from moniqo.application.billing.quotas import Quotas
from moniqo.application.billing.subscribe_plan import SubscribePlan
from moniqo.entrypoints.providers.reads import add_reads


class Billing(Provider):
    """Everything of the context `billing`."""

    scope = Scope.APP
    quotas = provide(StoredQuotas, provides=Quotas)
    use_cases = provide_all(CancelSubscription, GetPlan, ListPlans, SubscribePlan)

    def __init__(self) -> None:
        super().__init__()
        add_reads(self, SUBSCRIPTIONS)
