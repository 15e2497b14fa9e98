"""What agents are asked."""

from moniqo.application.agents.archive_prompt import ArchivePrompt
from moniqo.application.agents.create_prompt import CreatePrompt
from moniqo.application.agents.prompt_drafts import PromptDraft
from moniqo.application.agents.update_prompt import UpdatePrompt
from moniqo.application.identity.principal import Principal
from moniqo.application.shared.access import Browse, Fetch
from moniqo.application.shared.drafts import replacement
from moniqo.application.shared.query import Listing, Page
from moniqo.domain.agents.prompt import Prompt
from moniqo.domain.shared.ids import PromptId
from moniqo.entrypoints.http.arguments import Changes
from moniqo.entrypoints.http.endpoint import DELETE, GET, PATCH, POST, PUT, Controller, endpoint
from moniqo.entrypoints.http.lists import Lists

EXAMPLE = {"title": "Trend", "prompt": "What is the trend of {{ symbol }}?", "category": "trading"}


class PromptController(Controller):
    """`/prompts`."""

    path = "/api/v1/prompts"
    tag = "Prompts"

    @endpoint(
        GET,
        summary="List prompts",
        lists=Lists(
            Prompt,
            sort=("created_at", "title", "category"),
            filters=("category", "title", "is_public", "created_after", "created_before"),
        ),
    )
    async def index(
        self, caller: Principal, listing: Listing, browse: Browse[Prompt]
    ) -> Page[Prompt]:
        """Your prompts and the public ones."""
        return await browse(user_id=caller.user_id, listing=listing)

    @endpoint(
        POST,
        summary="Create a prompt",
        needs="prompts:write",
        status=201,
        message="Prompt created.",
        example=EXAMPLE,
    )
    async def create(
        self, caller: Principal, data: PromptDraft, create_prompt: CreatePrompt
    ) -> Prompt:
        """A prompt of your own; one that an administrator makes is for everybody."""
        return await create_prompt(user_id=caller.user_id, draft=data, shared=caller.is_admin)

    @endpoint(GET, "/{prompt_id}", summary="Get a prompt")
    async def fetch(self, caller: Principal, prompt_id: PromptId, fetch: Fetch[Prompt]) -> Prompt:
        """One of your prompts, or a public one."""
        return await fetch(user_id=caller.user_id, entity_id=prompt_id)

    @endpoint(
        PUT,
        "/{prompt_id}",
        summary="Replace a prompt",
        needs="prompts:write",
        message="Prompt changed.",
        example=EXAMPLE,
    )
    async def replace(
        self, caller: Principal, prompt_id: PromptId, data: PromptDraft, update_prompt: UpdatePrompt
    ) -> Prompt:
        """Change every field."""
        return await update_prompt(
            user_id=caller.user_id,
            prompt_id=prompt_id,
            changes=replacement(data),
            shared=caller.is_admin,
        )

    @endpoint(
        PATCH,
        "/{prompt_id}",
        summary="Change a prompt",
        needs="prompts:write",
        message="Prompt changed.",
        example={"title": "Trend of the week"},
    )
    async def change(
        self,
        caller: Principal,
        prompt_id: PromptId,
        changes: Changes[PromptDraft],
        update_prompt: UpdatePrompt,
    ) -> Prompt:
        """Change the fields that are sent."""
        return await update_prompt(
            user_id=caller.user_id, prompt_id=prompt_id, changes=changes, shared=caller.is_admin
        )

    @endpoint(
        DELETE,
        "/{prompt_id}",
        summary="Delete a prompt",
        needs="prompts:write",
        message="Prompt deleted.",
    )
    async def remove(
        self, caller: Principal, prompt_id: PromptId, archive_prompt: ArchivePrompt
    ) -> None:
        """Refused while one of your flows uses it."""
        await archive_prompt(user_id=caller.user_id, prompt_id=prompt_id, shared=caller.is_admin)
