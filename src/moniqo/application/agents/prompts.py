"""Making, changing and removing prompts."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from moniqo.application.agents.access import PROMPT_ACCESS, SHARED_PROMPT_ACCESS
from moniqo.application.agents.ports import PromptRenderer
from moniqo.application.agents.usage import require_unused
from moniqo.application.shared.conflicts import settled
from moniqo.application.shared.drafts import replacement
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.system import Ids
from moniqo.domain.agents.prompt import (
    Prompt,
    PromptCategory,
    PromptDescription,
    PromptText,
    PromptTitle,
)
from moniqo.domain.shared.entity import Value
from moniqo.domain.shared.ids import PromptId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptDraft(Value):
    """A prompt to be. A public one may be read and used by everybody, and changed by its owner."""

    title: PromptTitle
    description: PromptDescription = ""
    prompt: PromptText
    category: PromptCategory = PromptCategory.TRADING
    is_public: bool = False


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
        access = SHARED_PROMPT_ACCESS if shared else PROMPT_ACCESS

        async def change() -> Prompt:
            async with self.uow() as tx:
                found = await tx[Prompt].get(prompt_id, *access.writable(user_id))
                changed = found.with_(**changes)
                self.renderer.check(changed.prompt)
                return await tx[Prompt].save(changed)

        return await settled(change)


@dataclass(frozen=True, slots=True)
class ArchivePrompt:
    """Remove a prompt.

    Raises `RuleViolated` while a flow of the owner's that is not stopped uses it, and
    `NotFound`. Flows of others that use a public one keep its last text.
    """

    uow: UnitOfWork

    async def __call__(self, *, user_id: UserId, prompt_id: UUID, shared: bool = False) -> None:
        """Remove it, with `shared` also one that belongs to nobody."""
        access = SHARED_PROMPT_ACCESS if shared else PROMPT_ACCESS

        async def remove() -> None:
            async with self.uow() as tx:
                found = await tx[Prompt].get(prompt_id, *access.writable(user_id))
                await require_unused(
                    tx,
                    found.owner_id,
                    lambda flow: prompt_id in {it.prompt_id for it in flow.steps},
                )
                await tx[Prompt].remove(found)

        await settled(remove)
