"""Prompts that users keep for themselves."""

from moniqo.application.agents.create_user_prompt import CreateUserPrompt, UserPromptDraft
from moniqo.application.agents.update_user_prompt import UpdateUserPrompt
from moniqo.application.identity.principal import Principal
from moniqo.application.shared.access import Archive, Browse, Fetch
from moniqo.application.shared.drafts import replacement
from moniqo.application.shared.query import Listing, Page
from moniqo.domain.agents.user_prompt import UserPrompt, UserPromptId
from moniqo.entrypoints.http.arguments import Changes
from moniqo.entrypoints.http.endpoint import DELETE, GET, PATCH, POST, PUT, Controller, endpoint
from moniqo.entrypoints.http.lists import Lists

EXAMPLE = {"title": "Trend", "prompt": "What is the trend of {{ symbol }}?"}


class UserPromptController(Controller):
    """`/users/me/prompts`."""

    path = "/api/v1/users/me/prompts"
    tag = "Your prompts"

    @endpoint(
        GET,
        summary="List your prompts",
        lists=Lists(
            UserPrompt,
            sort=("created_at", "title"),
            filters=("prompt_id", "title", "created_after", "created_before"),
        ),
    )
    async def index(
        self, caller: Principal, listing: Listing, browse: Browse[UserPrompt]
    ) -> Page[UserPrompt]:
        """Your own, the newest first."""
        return await browse(user_id=caller.user_id, listing=listing)

    @endpoint(
        POST,
        summary="Create a prompt of your own",
        needs="prompts:write",
        status=201,
        message="Prompt created.",
        example=EXAMPLE,
    )
    async def create(
        self, caller: Principal, data: UserPromptDraft, create: CreateUserPrompt
    ) -> UserPrompt:
        """Texts that you leave out are those of the prompt that `prompt_id` names."""
        return await create(user_id=caller.user_id, draft=data)

    @endpoint(GET, "/{user_prompt_id}", summary="Get one of your prompts")
    async def fetch(
        self, caller: Principal, user_prompt_id: UserPromptId, fetch: Fetch[UserPrompt]
    ) -> UserPrompt:
        """One of your own."""
        return await fetch(user_id=caller.user_id, entity_id=user_prompt_id)

    @endpoint(
        PUT,
        "/{user_prompt_id}",
        summary="Replace one of your prompts",
        needs="prompts:write",
        message="Prompt changed.",
        example=EXAMPLE,
    )
    async def replace(
        self,
        caller: Principal,
        user_prompt_id: UserPromptId,
        data: UserPromptDraft,
        update: UpdateUserPrompt,
    ) -> UserPrompt:
        """Change every field; texts that you leave out are those of the prompt `prompt_id`."""
        return await update(
            user_id=caller.user_id, user_prompt_id=user_prompt_id, changes=replacement(data)
        )

    @endpoint(
        PATCH,
        "/{user_prompt_id}",
        summary="Change one of your prompts",
        needs="prompts:write",
        message="Prompt changed.",
        example={"title": "Trend of the week"},
    )
    async def change(
        self,
        caller: Principal,
        user_prompt_id: UserPromptId,
        changes: Changes[UserPromptDraft],
        update: UpdateUserPrompt,
    ) -> UserPrompt:
        """Change the fields that are sent; a null text is that of the prompt `prompt_id`."""
        return await update(user_id=caller.user_id, user_prompt_id=user_prompt_id, changes=changes)

    @endpoint(
        DELETE,
        "/{user_prompt_id}",
        summary="Delete one of your prompts",
        needs="prompts:write",
        message="Prompt deleted.",
    )
    async def remove(
        self, caller: Principal, user_prompt_id: UserPromptId, archive: Archive[UserPrompt]
    ) -> None:
        """The prompt that it was made from stays."""
        await archive(user_id=caller.user_id, entity_id=user_prompt_id)
