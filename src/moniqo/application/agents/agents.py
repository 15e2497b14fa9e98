"""Making, changing and removing agents."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from moniqo.application.agents.access import AGENT_ACCESS, SHARED_AGENT_ACCESS
from moniqo.application.agents.agent_drafts import AgentDraft, sealed_fields
from moniqo.application.agents.agent_views import AgentView, agent_view
from moniqo.application.agents.usage import require_unused
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


@dataclass(frozen=True, slots=True)
class UpdateAgent:
    """Change an agent of the user's own, with `shared` also one that belongs to nobody.

    `changes` are fields of `AgentDraft`; null as credentials takes them away. Raises
    `NotFound` and `Invalid`.
    """

    uow: UnitOfWork
    vault: Vault

    async def __call__(
        self,
        *,
        user_id: UserId,
        agent_id: UUID,
        changes: Mapping[str, object],
        shared: bool = False,
    ) -> AgentView:
        """The agent as it is now."""
        fields = sealed_fields(changes, agent_id, self.vault)
        access = SHARED_AGENT_ACCESS if shared else AGENT_ACCESS

        async def change() -> Agent:
            async with self.uow() as tx:
                found = await tx[Agent].get(agent_id, *access.writable(user_id))
                return await tx[Agent].save(found.with_(**fields))

        return agent_view(await settled(change))


@dataclass(frozen=True, slots=True)
class ArchiveAgent:
    """Remove an agent and give back the unit of the plan that it took.

    Raises `RuleViolated` while a flow that is not stopped uses it, and `NotFound`.
    """

    uow: UnitOfWork
    quotas: Quotas

    async def __call__(self, *, user_id: UserId, agent_id: UUID, shared: bool = False) -> None:
        """Remove it, with `shared` also one that belongs to nobody."""
        access = SHARED_AGENT_ACCESS if shared else AGENT_ACCESS

        async def remove() -> None:
            async with self.uow() as tx:
                found = await tx[Agent].get(agent_id, *access.writable(user_id))
                await require_unused(
                    tx, found.owner_id, lambda flow: agent_id in {it.agent_id for it in flow.steps}
                )
                await tx[Agent].remove(found)
                if found.owner_id is not None:
                    await self.quotas.give_back(
                        tx, user_id=found.owner_id, resource=Resource.AGENTS
                    )

        await settled(remove)
