"""What became of the mail about an event: whether it went out at once or waits for a digest."""

from dataclasses import dataclass
from datetime import datetime

from moniqo.domain.shared.entity import Entity
from moniqo.domain.shared.ids import OutboxEventId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class MailedNotice(Entity):
    """Decided once for each event, whose id it has, however often the event is told.

    With `digest_at` it is held back for the digest of that instant.
    """

    id: OutboxEventId
    user_id: UserId
    digest_at: datetime | None = None

    @property
    def goes_out(self) -> bool:
        """Whether it has a mail of its own."""
        return self.digest_at is None
