"""Agents as they are shown: without what they are secretly given."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from moniqo.domain.agents.agent import Agent, Capability, Provider
from moniqo.domain.shared.ids import AgentId, UserId
from moniqo.domain.shared.types import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentView:
    """An agent; `owner_id` is null if it is shared with everybody, costs are in USD."""

    id: AgentId
    version: int
    owner_id: UserId | None
    name: str
    provider: Provider
    model_id: str
    capabilities: tuple[Capability, ...]
    cost_per_call: Decimal
    config: JsonObject
    has_credentials: bool
    is_active: bool
    created_at: datetime | None
    updated_at: datetime | None


def agent_view(agent: Agent) -> AgentView:
    """What is shown of an agent."""
    return AgentView(
        id=agent.id,
        version=agent.version,
        owner_id=agent.owner_id,
        name=agent.name,
        provider=agent.provider,
        model_id=agent.model_id,
        capabilities=agent.capabilities,
        cost_per_call=agent.cost_per_call,
        config=agent.config,
        has_credentials=agent.credentials is not None,
        is_active=agent.is_active,
        created_at=agent.created_at,
        updated_at=agent.updated_at,
    )
