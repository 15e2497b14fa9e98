"""Events on their way to whoever reacts to them."""

from datetime import timedelta

from dishka import Provider, Scope, provide

from moniqo.adapters.queue.unhurried import Haste, Unhurried
from moniqo.application.agents.halt_user import HaltUser
from moniqo.application.mail.mail_event import MailEvent, mailing
from moniqo.application.notifications.notify import Notify, reactions
from moniqo.application.notifications.relay_outbox import Reactions, RelayTerms
from moniqo.application.trading.settle_orders import SettleOrders
from moniqo.domain.identity.events import (
    PasswordResetRequested,
    UserSuspended,
    VerificationRequested,
)
from moniqo.domain.shared.ids import OutboxEventId
from moniqo.domain.trading.events import CandlesImported
from moniqo.entrypoints.settings import Settings

ASKED_FOR = (PasswordResetRequested, VerificationRequested)


class Notifications(Provider):
    """Everything of the context `notifications`, and who reacts to what."""

    scope = Scope.APP

    @provide
    def reactions(
        self,
        notify: Notify,
        mail: MailEvent,
        settle_orders: SettleOrders,
        halt_user: HaltUser,
        haste: Haste,
    ) -> Reactions:
        """Users are told; orders that waited for a bar are asked about once there are new ones.

        What runs for somebody whose account is shut is called off.

        Mail comes last: what is before it can be repeated without anybody noticing.
        """

        async def settle(_event: CandlesImported, _event_id: OutboxEventId) -> None:
            await settle_orders()

        async def halt(event: UserSuspended, _event_id: OutboxEventId) -> None:
            await halt_user(user_id=event.user_id)

        told, mailed = reactions(notify), mailing(mail)
        both = {kind: told.get(kind, ()) + mailed.get(kind, ()) for kind in (*told, *mailed)}
        # Mails that anybody can ask for are written later: the next answer's time tells of none.
        later = Unhurried(haste, least=0.1, most=0.6)
        both |= {kind: (later, *both[kind]) for kind in ASKED_FOR}
        return {**both, CandlesImported: (settle,), UserSuspended: (halt,)}

    @provide
    def retry_terms(self, settings: Settings) -> RelayTerms:
        """By the settings `EVENT_*`."""
        chosen = settings.events
        return RelayTerms(
            attempts=chosen.event_attempts,
            at_once=chosen.event_concurrency,
            limit=timedelta(seconds=chosen.event_timeout_seconds),
        )
