"""Removing prompts."""

from dataclasses import dataclass
from uuid import UUID

from moniqo.application.agents.access import PROMPT_ACCESS, made_or_shared
from moniqo.application.agents.usage import require_unused
from moniqo.application.shared.conflicts import settled
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.domain.agents.prompt import Prompt
from moniqo.domain.shared.ids import UserId


@dataclass(frozen=True, slots=True)
class ArchivePrompt:
    """Remove a prompt.

    Raises `RuleViolated` while a flow of the owner's that is not stopped uses it, and
    `NotFound`. Flows of others that use a public one keep its last text.
    """

    uow: UnitOfWork

    async def __call__(self, *, user_id: UserId, prompt_id: UUID, shared: bool = False) -> None:
        """Remove it, with `shared` also one that belongs to nobody."""
        writable = made_or_shared if shared else PROMPT_ACCESS.writable

        async def remove() -> None:
            async with self.uow() as tx:
                found = await tx[Prompt].get(prompt_id, *writable(user_id))
                await require_unused(
                    tx,
                    found.owner_id,
                    lambda flow: prompt_id in {it.prompt_id for it in flow.steps},
                )
                await tx[Prompt].remove(found)

        await settled(remove)
