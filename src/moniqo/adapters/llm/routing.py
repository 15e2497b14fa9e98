"""Every question to whoever answers for its agent."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from moniqo.application.agents.ports import LanguageModel, ModelAnswer, Question
from moniqo.domain.agents.agent import Provider
from moniqo.domain.shared.errors import Unavailable


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
        provider = question.agent.provider
        if provider not in self.models:
            known = ", ".join(sorted(self.models))
            raise Unavailable(f"There is no connection to {provider} here, only to: {known}.")
        return self.models[provider]
