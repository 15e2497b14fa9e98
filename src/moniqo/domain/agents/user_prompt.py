"""Prompts that users keep for themselves, written anew or made from a template."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NewType
from uuid import UUID

from moniqo.domain.agents.prompt import Prompt, PromptDescription, PromptText, PromptTitle
from moniqo.domain.shared.entity import Entity
from moniqo.domain.shared.errors import Fault, Invalid
from moniqo.domain.shared.ids import PromptId, UserId

UserPromptId = NewType("UserPromptId", UUID)
_TEXTS = ("title", "description", "prompt")


@dataclass(frozen=True, slots=True, kw_only=True)
class UserPrompt(Entity):
    """A prompt of one user's; `prompt_id` is the template that it was made from, if any."""

    id: UserPromptId
    user_id: UserId
    prompt_id: PromptId | None = None
    title: PromptTitle
    description: PromptDescription = ""
    prompt: PromptText


def completed(fields: Mapping[str, Any], template: Prompt | None) -> dict[str, Any]:
    """The fields of a user's prompt, with texts that are null as the template has them.

    Without a template a null description is empty; a null title or prompt raises `Invalid`.
    """
    known = {name: getattr(template, name) for name in _TEXTS} if template else {"description": ""}
    missing = [name for name in _TEXTS if fields.get(name, "") is None]
    faults = [Fault(name, "is required") for name in missing if name not in known]
    if faults:
        raise Invalid.naming("Invalid input", faults)
    return {**fields, **{name: known[name] for name in missing}}
