"""Whose notifications are whose."""

from moniqo.application.shared.access import Access, own
from moniqo.domain.notifications.notification import Notification

NOTIFICATIONS = Access(Notification, readable=own, writable=own)
