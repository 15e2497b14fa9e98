"""Looking at an agent."""

from dataclasses import dataclass
from uuid import UUID

from moniqo.application.agents.access import AGENT_ACCESS
from moniqo.application.agents.agent_views import AgentView, agent_view
from moniqo.application.shared.access import Fetch
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.domain.shared.ids import UserId


@dataclass(frozen=True, slots=True)
class GetAgent:
    """One agent, own or shared; raises `NotFound`."""

    uow: UnitOfWork

    async def __call__(self, *, user_id: UserId, agent_id: UUID) -> AgentView:
        """The agent."""
        fetch = Fetch(self.uow, AGENT_ACCESS)
        return agent_view(await fetch(user_id=user_id, entity_id=agent_id))
