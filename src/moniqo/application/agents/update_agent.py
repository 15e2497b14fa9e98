"""Changing agents."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from moniqo.application.agents.access import AGENT_ACCESS, made_or_shared
from moniqo.application.agents.agent_drafts import sealed_fields
from moniqo.application.agents.agent_views import AgentView, agent_view
from moniqo.application.shared.conflicts import settled
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.vault import Vault
from moniqo.domain.agents.agent import Agent
from moniqo.domain.shared.ids import UserId


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
        writable = made_or_shared if shared else AGENT_ACCESS.writable

        async def change() -> Agent:
            async with self.uow() as tx:
                found = await tx[Agent].get(agent_id, *writable(user_id))
                return await tx[Agent].save(found.with_(**fields))

        return agent_view(await settled(change))
