"""The reaction that mails."""

from collections.abc import Mapping
from dataclasses import dataclass

from moniqo.application.mail.composing import COMPOSERS
from moniqo.application.mail.desk import Desk
from moniqo.application.mail.ports import Mailer, MailTemplates
from moniqo.application.notifications.relay_outbox import Reaction
from moniqo.domain.shared.event import Event
from moniqo.domain.shared.ids import OutboxEventId


@dataclass(frozen=True, slots=True)
class MailEvent:
    """Mail what an event calls for, to whom it concerns now; its key is the event's id.

    The same event gives the same mail with the same link again, unless that is worthless by then.
    Raises what `Mailer.send` does.
    """

    desk: Desk
    templates: MailTemplates
    mailer: Mailer

    async def __call__(self, event: Event, event_id: OutboxEventId) -> None:
        """Send it, if there is anything to send."""
        addressed = await COMPOSERS[type(event)](self.desk, event, event_id)
        if addressed is not None:
            mail = self.templates.render(addressed.letter, to=addressed.to)
            await self.mailer.send(mail, key=str(event_id))


def mailing(mail: MailEvent) -> Mapping[type[Event], tuple[Reaction, ...]]:
    """Who reacts to what."""
    return dict.fromkeys(COMPOSERS, (mail,))
