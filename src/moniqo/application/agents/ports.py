"""Ports to what decides, and to what words the question."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from moniqo.application.shared.outside import Outside
from moniqo.domain.agents.agent import Agent
from moniqo.domain.agents.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Question:
    """What an agent is asked: the rendered prompt, and the snapshot it was made from."""

    agent: Agent
    prompt: str
    snapshot: Snapshot


@dataclass(frozen=True, slots=True)
class ModelAnswer:
    """The raw text, and what it cost in USD."""

    text: str
    cost: Decimal


class LanguageModel(Outside, Protocol):
    """Whatever answers questions: a model, or a built-in strategy that speaks like one."""

    def worst_cost(self, question: Question) -> Decimal:
        """The most that asking can cost, in USD."""

    async def answer(self, question: Question) -> ModelAnswer:
        """The answer; raises `Unavailable` if none is to be had."""


class PromptRenderer(Protocol):
    """Makes texts of templates. Templates reach the named variables and nothing else.

    The variables are `symbol`, `timeframe`, `now`, `candles` (each with `opened_at`, `open`,
    `high`, `low`, `close`, `volume`), `cash`, `position`, `entry_price`, `open_orders` and
    `answers` (each with `step`, `text`); numbers are texts, ready to be shown.
    """

    def check(self, template: str) -> None:
        """Raise `Invalid` naming `prompt` and the line unless the template can be used."""

    def render(self, template: str, snapshot: Snapshot) -> str:
        """The question; raises `Invalid` if the template fails or works too long."""
