"""Whose notifications are whose."""

from moniqo.application.shared.access import Access
from moniqo.application.shared.query import Condition, eq
from moniqo.domain.notifications.notification import Notification
from moniqo.domain.shared.ids import UserId


def own(user_id: UserId) -> tuple[Condition, ...]:
    """Those that the user was sent."""
    return (eq("user_id", user_id),)


NOTIFICATIONS = Access(Notification, readable=own, writable=own)
