"""Agents: a model or a built-in strategy that makes decisions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from moniqo.domain.agents.strategy import strategy_of
from moniqo.domain.shared.ciphertext import Ciphertext
from moniqo.domain.shared.decimals import ZERO
from moniqo.domain.shared.decoding import decode, exact_numbers
from moniqo.domain.shared.entity import Entity, Value
from moniqo.domain.shared.errors import Fault, Invalid
from moniqo.domain.shared.ids import AgentId, UserId
from moniqo.domain.shared.rules import Length, Range
from moniqo.domain.shared.types import JsonObject

AgentName = Annotated[str, Length(1, 100)]
ModelId = Annotated[str, Length(1, 200)]
Cost = Annotated[Decimal, Range(least=0)]


MODEL_LOOKBACK = 100
"""Candles that a language model is shown by default."""


class Provider(StrEnum):
    """Who answers for the agent."""

    BUILTIN = "builtin"
    OPENAI = "openai"
    ANTHROPIC = "anthropic"
    DEEPSEEK = "deepseek"
    OPENAI_COMPATIBLE = "openai_compatible"


class Capability(StrEnum):
    """What an agent is good for."""

    TRADING = "trading"
    ANALYSIS = "analysis"
    PREDICTION = "prediction"


@dataclass(frozen=True, slots=True)
class ModelConfig(Value):
    """Settings of a language model; prices are in USD for a million tokens."""

    temperature: Annotated[Decimal, Range(least=0, most=2)] | None = None
    max_tokens: Annotated[int, Range(least=1, most=1_000_000)] | None = None
    base_url: Annotated[str, Length(1, 500)] | None = None
    input_price: Cost | None = None
    output_price: Cost | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent(Entity):
    """Who decides. Without an owner it is shared with everybody.

    `config` obeys the provider's own schema: a strategy and its parameters for `builtin`,
    `ModelConfig` for models. `cost_per_call` is in USD.
    """

    id: AgentId
    owner_id: UserId | None
    name: AgentName
    provider: Provider
    model_id: ModelId
    capabilities: tuple[Capability, ...] = (Capability.TRADING,)
    cost_per_call: Cost = ZERO
    config: JsonObject = field(default_factory=lambda: JsonObject({}))
    credentials: Ciphertext | None = None
    is_active: bool = True

    @property
    def lookback(self) -> int:
        """How many candles the agent looks at unless a step says otherwise."""
        if self.provider is Provider.BUILTIN:
            return strategy_of(self.config).bars
        return MODEL_LOOKBACK

    def check(self) -> None:
        """The configuration is one that the provider understands."""
        check_config(self.provider, self.config)


def check_config(provider: Provider, config: Mapping[str, object]) -> None:
    """Raise `Invalid`, naming `config.…`, unless the provider understands the configuration."""
    try:
        if provider is Provider.BUILTIN:
            strategy_of(config)
        else:
            decode(ModelConfig, exact_numbers(config))
    except Invalid as problem:
        faults = tuple(
            Fault(f"config.{item.field}".rstrip("."), item.message) for item in problem.faults
        )
        raise Invalid(f"config: {problem.message}", faults=faults) from None
