"""What the user was told."""

from moniqo.application.identity.principal import Principal
from moniqo.application.notifications.list_notifications import Inbox, ListNotifications
from moniqo.application.notifications.view_notification import ViewNotification
from moniqo.application.notifications.view_notifications import (
    ViewedNotifications,
    ViewNotifications,
)
from moniqo.application.shared.access import Archive
from moniqo.application.shared.cache import Part
from moniqo.application.shared.query import Listing
from moniqo.domain.notifications.notification import Notification
from moniqo.domain.shared.ids import NotificationId
from moniqo.entrypoints.http.endpoint import DELETE, GET, PUT, Controller, endpoint
from moniqo.entrypoints.http.lists import Lists


class NotificationController(Controller):
    """`/notifications`."""

    path = "/api/v1/notifications"
    tag = "Notifications"

    @endpoint(
        GET,
        summary="List your notifications",
        lists=Lists(
            Notification,
            sort=("created_at", "kind"),
            filters=("is_viewed", "kind", "created_after", "created_before"),
        ),
        made_of=lambda caller: (Part(Notification, caller.user_id),),
    )
    async def index(
        self, caller: Principal, listing: Listing, list_notifications: ListNotifications
    ) -> Inbox:
        """Your notifications, the newest first; `unread` counts all that you have not viewed."""
        return await list_notifications(user_id=caller.user_id, listing=listing)

    @endpoint(PUT, "/view-all", summary="View all notifications", message="All are viewed.")
    async def view_all(
        self, caller: Principal, view_notifications: ViewNotifications
    ) -> ViewedNotifications:
        """Mark every notification as viewed; answers how many were not."""
        return await view_notifications(user_id=caller.user_id)

    @endpoint(PUT, "/{notification_id}/view", summary="View a notification", message="Viewed.")
    async def view(
        self,
        caller: Principal,
        notification_id: NotificationId,
        view_notification: ViewNotification,
    ) -> Notification:
        """Mark a notification as viewed. Doing so again changes nothing."""
        return await view_notification(user_id=caller.user_id, notification_id=notification_id)

    @endpoint(
        DELETE,
        "/{notification_id}",
        summary="Delete a notification",
        message="Notification deleted.",
    )
    async def remove(
        self, caller: Principal, notification_id: NotificationId, archive: Archive[Notification]
    ) -> None:
        """It is gone from your list for good."""
        await archive(user_id=caller.user_id, entity_id=notification_id)
