"""Changing prompts."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from moniqo.application.agents.access import PROMPT_ACCESS, made_or_shared
from moniqo.application.agents.ports import PromptRenderer
from moniqo.application.shared.conflicts import settled
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.domain.agents.prompt import Prompt
from moniqo.domain.shared.ids import UserId


@dataclass(frozen=True, slots=True)
class UpdatePrompt:
    """Change a prompt of the user's own, with `shared` also one that belongs to nobody.

    `changes` are fields of `PromptDraft`. Raises `NotFound`, and `Invalid` as `CreatePrompt`.
    """

    uow: UnitOfWork
    renderer: PromptRenderer

    async def __call__(
        self,
        *,
        user_id: UserId,
        prompt_id: UUID,
        changes: Mapping[str, object],
        shared: bool = False,
    ) -> Prompt:
        """The prompt as it is now."""
        writable = made_or_shared if shared else PROMPT_ACCESS.writable

        async def change() -> Prompt:
            async with self.uow() as tx:
                found = await tx[Prompt].get(prompt_id, *writable(user_id))
                changed = found.with_(**changes)
                self.renderer.check(changed.prompt)
                return await tx[Prompt].save(changed)

        return await settled(change)
