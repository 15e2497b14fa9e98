"""Asking an agent, and parsing strictly what it answers."""

from dataclasses import dataclass, replace
from decimal import Decimal

from moniqo.application.agents.ports import LanguageModel, Question
from moniqo.domain.agents.decision import Decision, parse_decision
from moniqo.domain.shared.decimals import ZERO
from moniqo.domain.shared.errors import AppError, Invalid

REMINDER = "\n\nAnswer with one JSON object of the decision schema and nothing else."


@dataclass(frozen=True, slots=True)
class Answered:
    """The raw answer, what asking cost in USD, and the decision or why there is none."""

    text: str | None
    cost: Decimal
    decision: Decision | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask an agent, once more if its answer cannot be parsed; raises nothing of the agent's."""

    model: LanguageModel

    async def __call__(self, question: Question) -> Answered:
        """The answer, as far as there was one."""
        first = await self._attempt(question)
        if first.decision is not None or first.text is None:
            return first
        again = replace(question, prompt=question.prompt + REMINDER)
        second = await self._attempt(again)
        return replace(second, cost=first.cost + second.cost)

    async def _attempt(self, question: Question) -> Answered:
        try:
            answer = await self.model.answer(question)
        except AppError as problem:
            return Answered(None, ZERO, error=problem.message)
        try:
            decision = parse_decision(answer.text)
        except Invalid as problem:
            return Answered(answer.text, answer.cost, error=problem.message)
        return Answered(answer.text, answer.cost, decision)
