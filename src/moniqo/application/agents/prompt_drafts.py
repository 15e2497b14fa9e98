"""What callers send to make or change a prompt."""

from dataclasses import dataclass

from moniqo.domain.agents.prompt import PromptCategory, PromptDescription, PromptText, PromptTitle
from moniqo.domain.shared.entity import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptDraft(Value):
    """A prompt to be. A public one may be read and used by everybody, and changed by its owner."""

    title: PromptTitle
    description: PromptDescription = ""
    prompt: PromptText
    category: PromptCategory = PromptCategory.TRADING
    is_public: bool = False
