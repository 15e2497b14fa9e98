"""Making agents."""

from dataclasses import dataclass

from moniqo.application.agents.agent_drafts import AgentDraft, sealed_fields
from moniqo.application.agents.agent_views import AgentView, agent_view
from moniqo.application.billing.quotas import Quotas
from moniqo.application.shared.conflicts import settled
from moniqo.application.shared.drafts import replacement
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.system import Ids
from moniqo.application.shared.vault import Vault
from moniqo.domain.agents.agent import Agent
from moniqo.domain.billing.plan import Resource
from moniqo.domain.shared.ids import AgentId, UserId


@dataclass(frozen=True, slots=True)
class CreateAgent:
    """Make an agent; one of the user's own takes a unit of the plan's `agents`.

    A `shared` one belongs to nobody, is for everybody and takes nothing; whether the caller
    may make such is for the entry point to say. Raises `QuotaExceeded`, and `Invalid` for a
    configuration that the provider does not understand.
    """

    uow: UnitOfWork
    ids: Ids
    vault: Vault
    quotas: Quotas

    async def __call__(
        self, *, user_id: UserId, draft: AgentDraft, shared: bool = False
    ) -> AgentView:
        """The new agent."""
        agent_id = AgentId(self.ids.new())
        fields = sealed_fields(replacement(draft), agent_id, self.vault)
        agent = Agent(id=agent_id, owner_id=None if shared else user_id, **fields)
        return agent_view(await settled(lambda: self._add(agent)))

    async def _add(self, agent: Agent) -> Agent:
        async with self.uow() as tx:
            if agent.owner_id is not None:
                await self.quotas.take(tx, user_id=agent.owner_id, resource=Resource.AGENTS)
            return await tx[Agent].add(agent)
