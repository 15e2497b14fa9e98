"""What happens to notifications."""

from dataclasses import dataclass
from datetime import datetime

from moniqo.domain.shared.event import Event
from moniqo.domain.shared.ids import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestDue(Event):
    """What was held back for a user up to `digest_at` is to be mailed; no more is added to it."""

    user_id: UserId
    digest_at: datetime
