"""Changing prompts of one's own."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from moniqo.application.agents.create_user_prompt import with_texts
from moniqo.application.agents.ports import PromptRenderer
from moniqo.application.shared.access import Access, own
from moniqo.application.shared.conflicts import settled
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.domain.agents.user_prompt import UserPrompt
from moniqo.domain.shared.ids import UserId

USER_PROMPT_ACCESS = Access(UserPrompt, readable=own, writable=own)


@dataclass(frozen=True, slots=True)
class UpdateUserPrompt:
    """Change a prompt of the user's own; `changes` are fields of `UserPromptDraft`.

    Raises `NotFound`, and `Invalid` as `CreateUserPrompt`; a template that was removed or made
    private since may stay named.
    """

    uow: UnitOfWork
    renderer: PromptRenderer

    async def __call__(
        self, *, user_id: UserId, user_prompt_id: UUID, changes: Mapping[str, object]
    ) -> UserPrompt:
        """The prompt as it is now."""

        async def change() -> UserPrompt:
            async with self.uow() as tx:
                own_ones = USER_PROMPT_ACCESS.writable(user_id)
                found = await tx[UserPrompt].get(user_prompt_id, *own_ones)
                wanted = {"prompt_id": found.prompt_id, **changes}
                fields = await with_texts(tx, user_id, wanted, found.prompt_id)
                changed = found.with_(**fields)
                self.renderer.check(changed.prompt)
                return await tx[UserPrompt].save(changed)

        return await settled(change)
