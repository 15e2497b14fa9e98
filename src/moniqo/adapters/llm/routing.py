"""Every question to whoever answers for its agent."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from moniqo.adapters.connections import connected
from moniqo.application.agents.ports import LanguageModel, ModelAnswer, Question
from moniqo.domain.agents.agent import Provider


@dataclass(frozen=True, slots=True)
class RoutingModel:
    """See `LanguageModel`. `models` are found by the agent's provider."""

    models: Mapping[Provider, LanguageModel]

    def worst_cost(self, question: Question) -> Decimal:
        """See `LanguageModel`; raises `Unavailable` as `answer` does."""
        return self._of(question).worst_cost(question)

    async def answer(self, question: Question) -> ModelAnswer:
        """See `LanguageModel`."""
        return await self._of(question).answer(question)

    def _of(self, question: Question) -> LanguageModel:
        return connected(self.models, question.agent.provider)
