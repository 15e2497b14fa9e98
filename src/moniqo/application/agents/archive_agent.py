"""Removing agents."""

from dataclasses import dataclass
from uuid import UUID

from moniqo.application.agents.access import AGENT_ACCESS, made_or_shared
from moniqo.application.agents.usage import require_unused
from moniqo.application.billing.quotas import Quotas
from moniqo.application.shared.conflicts import settled
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.domain.agents.agent import Agent
from moniqo.domain.billing.plan import Resource
from moniqo.domain.shared.ids import UserId


@dataclass(frozen=True, slots=True)
class ArchiveAgent:
    """Remove an agent and give back the unit of the plan that it took.

    Raises `RuleViolated` while a flow that is not stopped uses it, and `NotFound`.
    """

    uow: UnitOfWork
    quotas: Quotas

    async def __call__(self, *, user_id: UserId, agent_id: UUID, shared: bool = False) -> None:
        """Remove it, with `shared` also one that belongs to nobody."""
        writable = made_or_shared if shared else AGENT_ACCESS.writable

        async def remove() -> None:
            async with self.uow() as tx:
                found = await tx[Agent].get(agent_id, *writable(user_id))
                await require_unused(
                    tx, found.owner_id, lambda flow: agent_id in {it.agent_id for it in flow.steps}
                )
                await tx[Agent].remove(found)
                if found.owner_id is not None:
                    await self.quotas.give_back(
                        tx, user_id=found.owner_id, resource=Resource.AGENTS
                    )

        await settled(remove)
