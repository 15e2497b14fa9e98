"""Plans, subscriptions and quotas."""

from dishka import Provider, Scope, provide

from moniqo.adapters.quotas import StoredQuotas
from moniqo.application.billing.quotas import Quotas


class Billing(Provider):
    """Everything of the context `billing`."""

    scope = Scope.APP
    quotas = provide(StoredQuotas, provides=Quotas)
