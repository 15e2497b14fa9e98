"""Events on their way to whoever reacts to them."""

from dishka import Provider, Scope, provide

from moniqo.application.notifications.notify import Notify, reactions
from moniqo.application.notifications.relay_outbox import RelayOutbox
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.system import Clock
from moniqo.application.trading.settle_orders import SettleOrders
from moniqo.domain.shared.ids import OutboxEventId
from moniqo.domain.trading.events import CandlesImported


class Notifications(Provider):
    """Everything of the context `notifications`, and who reacts to what."""

    scope = Scope.APP

    @provide
    def relay(
        self, uow: UnitOfWork, clock: Clock, notify: Notify, settle_orders: SettleOrders
    ) -> RelayOutbox:
        """Users are told; orders that waited for a bar are asked about once there are new ones."""

        async def settle(_event: CandlesImported, _event_id: OutboxEventId) -> None:
            await settle_orders()

        return RelayOutbox(uow, clock, {**reactions(notify), CandlesImported: (settle,)})
