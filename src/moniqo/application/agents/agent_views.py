"""Agents as they are shown: without what they are secretly given."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from moniqo.application.shared.views import view
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
    return view(AgentView, agent, has_credentials=agent.credentials is not None)
