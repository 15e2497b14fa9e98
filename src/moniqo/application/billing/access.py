"""Whose subscriptions are whose."""

from moniqo.application.shared.access import Access
from moniqo.application.shared.query import Condition, eq
from moniqo.domain.billing.subscription import Subscription
from moniqo.domain.shared.ids import UserId


def own(user_id: UserId) -> tuple[Condition, ...]:
    """The user's own."""
    return (eq("user_id", user_id),)


SUBSCRIPTIONS = Access(Subscription, readable=own, writable=own)
