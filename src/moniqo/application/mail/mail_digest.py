"""Having a digest mailed, as a task."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from moniqo.application.mail.pace import Pace
from moniqo.application.shared.persistence import Transaction
from moniqo.application.shared.tasks import TaskContext
from moniqo.domain.notifications.events import DigestDue
from moniqo.domain.shared.ids import UserId
from moniqo.domain.shared.types import JsonObject


@dataclass(frozen=True, slots=True)
class MailDigest:
    """End the hour and tell of it, once; the mail is sent as all others are."""

    pace: Pace

    async def __call__(self, context: TaskContext) -> None:
        """The payload says whose, and of which instant."""
        payload = context.task.payload
        user_id = UserId(UUID(str(payload["user_id"])))
        digest_at = datetime.fromisoformat(str(payload["digest_at"]))

        async def close(tx: Transaction) -> JsonObject:
            await self.pace.close(tx, user_id, digest_at)
            tx.emit(DigestDue(user_id=user_id, digest_at=digest_at))
            return JsonObject({})

        await context.step("close", close)
