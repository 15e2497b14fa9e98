"""Who decides."""

from moniqo.application.agents.access import AGENT_ACCESS
from moniqo.application.agents.agent_drafts import AgentDraft
from moniqo.application.agents.agent_views import AgentView
from moniqo.application.agents.archive_agent import ArchiveAgent
from moniqo.application.agents.create_agent import CreateAgent
from moniqo.application.agents.get_agent import GetAgent
from moniqo.application.agents.list_agents import ListAgents
from moniqo.application.agents.update_agent import UpdateAgent
from moniqo.application.identity.principal import Principal
from moniqo.application.shared.cache import Part
from moniqo.application.shared.drafts import replacement
from moniqo.application.shared.query import Listing, Page
from moniqo.domain.agents.agent import Agent
from moniqo.domain.shared.errors import QuotaExceeded
from moniqo.domain.shared.ids import AgentId
from moniqo.entrypoints.http.arguments import Changes
from moniqo.entrypoints.http.endpoint import DELETE, GET, PATCH, POST, PUT, Controller, endpoint
from moniqo.entrypoints.http.lists import Lists

EXAMPLE = {
    "name": "Crossing",
    "provider": "builtin",
    "model_id": "ma_cross",
    "config": {"strategy": "ma_cross", "fast": 10, "slow": 20, "fraction": "0.95"},
}


def _made_of(caller: Principal) -> tuple[Part, ...]:
    return (AGENT_ACCESS.part(caller.user_id),)


class AgentController(Controller):
    """`/agents`."""

    path = "/api/v1/agents"
    tag = "Agents"

    @endpoint(
        GET,
        summary="List agents",
        lists=Lists(
            Agent,
            sort=("created_at", "name", "provider"),
            filters=("provider", "name", "is_active", "created_after", "created_before"),
        ),
        made_of=_made_of,
    )
    async def index(
        self, caller: Principal, listing: Listing, list_agents: ListAgents
    ) -> Page[AgentView]:
        """Your agents and the shared ones."""
        return await list_agents(user_id=caller.user_id, listing=listing)

    @endpoint(
        POST,
        summary="Create an agent",
        needs="agents:write",
        status=201,
        message="Agent created.",
        refuses=(QuotaExceeded,),
        example=EXAMPLE,
    )
    async def create(
        self, caller: Principal, data: AgentDraft, create_agent: CreateAgent
    ) -> AgentView:
        """An agent of your own; one that an administrator makes is shared with everybody."""
        return await create_agent(user_id=caller.user_id, draft=data, shared=caller.is_admin)

    @endpoint(GET, "/{agent_id}", summary="Get an agent", made_of=_made_of)
    async def fetch(self, caller: Principal, agent_id: AgentId, get_agent: GetAgent) -> AgentView:
        """One of your agents, or a shared one."""
        return await get_agent(user_id=caller.user_id, agent_id=agent_id)

    @endpoint(
        PUT,
        "/{agent_id}",
        summary="Replace an agent",
        needs="agents:write",
        message="Agent changed.",
        example=EXAMPLE,
    )
    async def replace(
        self, caller: Principal, agent_id: AgentId, data: AgentDraft, update_agent: UpdateAgent
    ) -> AgentView:
        """Change every field; credentials that are not sent are kept."""
        return await update_agent(
            user_id=caller.user_id,
            agent_id=agent_id,
            changes=replacement(data),
            shared=caller.is_admin,
        )

    @endpoint(
        PATCH,
        "/{agent_id}",
        summary="Change an agent",
        needs="agents:write",
        message="Agent changed.",
        example={"name": "Crossing, slower"},
    )
    async def change(
        self,
        caller: Principal,
        agent_id: AgentId,
        changes: Changes[AgentDraft],
        update_agent: UpdateAgent,
    ) -> AgentView:
        """Change the fields that are sent; null as credentials takes them away."""
        return await update_agent(
            user_id=caller.user_id, agent_id=agent_id, changes=changes, shared=caller.is_admin
        )

    @endpoint(
        DELETE,
        "/{agent_id}",
        summary="Delete an agent",
        needs="agents:write",
        message="Agent deleted.",
    )
    async def remove(
        self, caller: Principal, agent_id: AgentId, archive_agent: ArchiveAgent
    ) -> None:
        """Refused while one of your flows uses it."""
        await archive_agent(user_id=caller.user_id, agent_id=agent_id, shared=caller.is_admin)
