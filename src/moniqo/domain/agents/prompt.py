"""Prompts: templates from which a step's question is made."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from moniqo.domain.shared.entity import Entity
from moniqo.domain.shared.ids import PromptId, UserId
from moniqo.domain.shared.rules import Length

PromptTitle = Annotated[str, Length(1, 200)]
PromptDescription = Annotated[str, Length(0, 2000)]
PromptText = Annotated[str, Length(1, 20_000)]


class PromptCategory(StrEnum):
    """What a prompt is for."""

    TRADING = "trading"
    ANALYSIS = "analysis"
    RISK_MANAGEMENT = "risk_management"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt(Entity):
    """A template. Without an owner, or marked public, everybody may use it."""

    id: PromptId
    owner_id: UserId | None
    title: PromptTitle
    description: PromptDescription = ""
    prompt: PromptText
    category: PromptCategory = PromptCategory.TRADING
    is_public: bool = False
