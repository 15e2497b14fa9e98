"""Taking a flow to another state."""

from collections.abc import Callable
from uuid import UUID

from moniqo.application.agents.access import FLOW_ACCESS
from moniqo.application.shared.conflicts import settled
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.domain.agents.flow import Flow
from moniqo.domain.shared.ids import UserId


async def moved(
    uow: UnitOfWork, user_id: UserId, flow_id: UUID, move: Callable[[Flow], Flow]
) -> Flow:
    """The user's flow after `move`, with no run to come; raises `NotFound`, and as `move` does."""

    async def change() -> Flow:
        async with uow() as tx:
            flow = await tx[Flow].get(flow_id, *FLOW_ACCESS.writable(user_id))
            return await tx[Flow].save(move(flow).with_(next_run_at=None))

    return await settled(change)
