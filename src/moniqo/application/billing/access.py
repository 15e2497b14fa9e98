"""Whose subscriptions are whose."""

from moniqo.application.shared.access import Access, own
from moniqo.domain.billing.subscription import Subscription

SUBSCRIPTIONS = Access(Subscription, readable=own, writable=own)
