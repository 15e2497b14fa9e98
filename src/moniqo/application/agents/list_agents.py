"""Looking through the agents that one may use."""

from dataclasses import dataclass

from moniqo.application.agents.access import AGENT_ACCESS
from moniqo.application.agents.agent_views import AgentView, agent_view
from moniqo.application.shared.access import Browse
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.query import Listing, Page
from moniqo.domain.shared.ids import UserId


@dataclass(frozen=True, slots=True)
class ListAgents:
    """A page of the agents that the user has or shares. The listing's fields are `Agent`'s."""

    uow: UnitOfWork

    async def __call__(self, *, user_id: UserId, listing: Listing) -> Page[AgentView]:
        """The page."""
        page = await Browse(self.uow, AGENT_ACCESS)(user_id=user_id, listing=listing)
        return page.holding(map(agent_view, page.items))
