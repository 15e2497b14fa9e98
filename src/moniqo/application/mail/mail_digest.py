"""Having a digest mailed, as a task."""

from dataclasses import dataclass

from moniqo.application.mail.pace import Pace
from moniqo.application.shared.persistence import Transaction
from moniqo.application.shared.tasks import TaskContext, wanted_as
from moniqo.domain.notifications.events import DigestDue
from moniqo.domain.shared.types import JsonObject


@dataclass(frozen=True, slots=True)
class MailDigest:
    """End the hour and tell of it, once; the mail is sent as all others are."""

    pace: Pace

    async def __call__(self, context: TaskContext) -> None:
        """The payload says whose, and of which instant."""
        due = wanted_as(context, DigestDue)

        async def close(tx: Transaction) -> JsonObject:
            await self.pace.close(tx, due.user_id, due.digest_at)
            tx.emit(due)
            return JsonObject({})

        await context.step("close", close)
