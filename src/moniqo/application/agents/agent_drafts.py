"""What callers send to make or change an agent."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any
from uuid import UUID

from moniqo.application.shared.vault import Vault, row_context
from moniqo.domain.agents.agent import Agent, AgentName, Capability, Cost, ModelId, Provider
from moniqo.domain.shared.ciphertext import Credential
from moniqo.domain.shared.decimals import ZERO
from moniqo.domain.shared.entity import Value
from moniqo.domain.shared.rules import Length
from moniqo.domain.shared.types import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentDraft(Value):
    """An agent to be. `credentials` is the provider's key, which no answer ever shows."""

    name: AgentName
    provider: Provider
    model_id: ModelId
    capabilities: Annotated[tuple[Capability, ...], Length(1, 3)] = (Capability.TRADING,)
    cost_per_call: Cost = ZERO
    config: JsonObject = field(default_factory=lambda: JsonObject({}))
    credentials: Credential | None = None
    is_active: bool = True


def sealed_fields(fields: Mapping[str, object], agent_id: UUID, vault: Vault) -> dict[str, Any]:
    """The draft's fields with credentials as the agent `agent_id` keeps them."""
    given = fields.get("credentials")
    if not isinstance(given, Credential):
        return dict(fields)
    sealed = vault.seal(given.value.encode(), row_context(Agent, agent_id))
    return {**fields, "credentials": sealed}
