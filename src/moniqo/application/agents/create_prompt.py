"""Making prompts."""

from dataclasses import dataclass

from moniqo.application.agents.ports import PromptRenderer
from moniqo.application.agents.prompt_drafts import PromptDraft
from moniqo.application.shared.drafts import replacement
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.system import Ids
from moniqo.domain.agents.prompt import Prompt
from moniqo.domain.shared.ids import PromptId, UserId


@dataclass(frozen=True, slots=True)
class CreatePrompt:
    """Make a prompt, with `shared` one that belongs to nobody and is for everybody.

    Raises `Invalid` naming `prompt` and the line unless the template can be used.
    """

    uow: UnitOfWork
    ids: Ids
    renderer: PromptRenderer

    async def __call__(
        self, *, user_id: UserId, draft: PromptDraft, shared: bool = False
    ) -> Prompt:
        """The new prompt."""
        self.renderer.check(draft.prompt)
        owner_id = None if shared else user_id
        prompt = Prompt(id=PromptId(self.ids.new()), owner_id=owner_id, **replacement(draft))
        async with self.uow() as tx:
            return await tx[Prompt].add(prompt)
