"""A notification is viewed once."""

from datetime import timedelta

from moniqo.domain.notifications.notification import Notification
from moniqo.domain.shared.ids import NotificationId, UserId
from support.clock import SettableClock
from support.store import CountingIds

IDS = CountingIds()
NOW = SettableClock().now()


def test_the_first_look_counts() -> None:
    notification = Notification(
        id=NotificationId(IDS.new()), user_id=UserId(IDS.new()), kind="trade", title="Bought"
    )

    viewed = notification.viewed(NOW)

    assert (viewed.is_viewed, viewed.viewed_at) == (True, NOW)
    assert viewed.viewed(NOW + timedelta(days=1)) is viewed
