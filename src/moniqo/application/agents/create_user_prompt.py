"""Making prompts of one's own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from moniqo.application.agents.access import PROMPT_ACCESS
from moniqo.application.agents.flow_parts import ABSENT
from moniqo.application.agents.ports import PromptRenderer
from moniqo.application.shared.drafts import replacement
from moniqo.application.shared.persistence import Transaction, UnitOfWork
from moniqo.application.shared.query import eq
from moniqo.application.shared.system import Ids
from moniqo.domain.agents.prompt import Prompt, PromptDescription, PromptText, PromptTitle
from moniqo.domain.agents.user_prompt import UserPrompt, UserPromptId, completed
from moniqo.domain.shared.entity import Value
from moniqo.domain.shared.errors import Invalid
from moniqo.domain.shared.ids import PromptId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class UserPromptDraft(Value):
    """A prompt to be. Texts that are left out, or null, are those of the prompt `prompt_id`.

    Without one, title and prompt must be there.
    """

    prompt_id: PromptId | None = None
    title: PromptTitle | None = None
    description: PromptDescription | None = None
    prompt: PromptText | None = None


@dataclass(frozen=True, slots=True)
class CreateUserPrompt:
    """Make a prompt of the user's own, from a template if `prompt_id` names one.

    Raises `Invalid` naming `prompt_id` for a prompt that the user may not read, a text that
    nobody says, or `prompt` and the line unless it can be used as a template.
    """

    uow: UnitOfWork
    ids: Ids
    renderer: PromptRenderer

    async def __call__(self, *, user_id: UserId, draft: UserPromptDraft) -> UserPrompt:
        """The new prompt."""
        prompt_id = UserPromptId(self.ids.new())
        async with self.uow() as tx:
            fields = await with_texts(tx, user_id, replacement(draft))
            made = UserPrompt(id=prompt_id, user_id=user_id, **fields)
            self.renderer.check(made.prompt)
            return await tx[UserPrompt].add(made)


async def with_texts(
    tx: Transaction, user_id: UserId, fields: Mapping[str, Any], known: PromptId | None = None
) -> dict[str, Any]:
    """The fields with texts that are null as the prompt `prompt_id` has them.

    Somebody else's is as absent as what does not exist: either raises `Invalid`, unless it is
    the one that was there when it was chosen, `known`.
    """
    prompt_id, template = fields["prompt_id"], None
    if prompt_id is not None:
        template = await tx[Prompt].first(eq("id", prompt_id), *PROMPT_ACCESS.readable(user_id))
        if template is None and prompt_id != known:
            raise Invalid.field("prompt_id", ABSENT)
    return completed(fields, template)
