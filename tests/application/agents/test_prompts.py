from typing import Any

import pytest

from moniqo.application.agents.access import PROMPT_ACCESS
from moniqo.application.agents.prompt_drafts import PromptDraft
from moniqo.application.shared.access import Browse, Fetch
from moniqo.application.shared.query import Listing
from moniqo.domain.agents.flow import FlowStatus
from moniqo.domain.agents.prompt import Prompt, PromptCategory
from moniqo.domain.shared.errors import NotFound, RuleViolated
from support.desk import Desk, faults
from support.factories import a_flow, a_prompt

BROKEN = "What about {{ symbol }}?\n{% if"


def draft(**fields: Any) -> PromptDraft:
    return PromptDraft(**{"title": "What now?", "prompt": "What about {{ symbol }}?"} | fields)


async def test_a_prompt_belongs_to_whoever_made_it(desk: Desk) -> None:
    ada = await desk.user()

    made = await desk.create_prompt(user_id=ada, draft=draft(category=PromptCategory.ANALYSIS))

    assert (made.owner_id, made.title, made.category, made.is_public) == (
        ada,
        "What now?",
        PromptCategory.ANALYSIS,
        False,
    )
    assert await desk.all(Prompt) == (made,)


async def test_a_shared_prompt_belongs_to_nobody(desk: Desk) -> None:
    admin = await desk.user()

    made = await desk.create_prompt(user_id=admin, draft=draft(), shared=True)

    assert made.owner_id is None


async def test_a_template_that_cannot_be_used_is_refused_with_its_line(desk: Desk) -> None:
    ada = await desk.user()
    prompt = await a_prompt(desk, ada)

    made = await faults(desk.create_prompt(user_id=ada, draft=draft(prompt=BROKEN)))
    changed = await faults(
        desk.update_prompt(user_id=ada, prompt_id=prompt.id, changes={"prompt": BROKEN})
    )

    assert made == changed
    assert "line" in made["prompt"]
    assert await desk.all(Prompt) == (prompt,)


async def test_an_update_changes_what_is_sent_and_nothing_else(desk: Desk) -> None:
    ada = await desk.user()
    prompt = await a_prompt(desk, ada)

    changed = await desk.update_prompt(
        user_id=ada, prompt_id=prompt.id, changes={"is_public": True}
    )

    assert changed == prompt.with_(is_public=True, version=2, updated_at=changed.updated_at)


async def test_prompts_are_read_if_own_public_or_nobodys(desk: Desk) -> None:
    ada, bob = await desk.user(), await desk.user()
    own = await a_prompt(desk, ada)
    public = await a_prompt(desk, bob, is_public=True)
    nobodys = await a_prompt(desk, None)
    await a_prompt(desk, bob)

    page = await Browse(desk.uow, PROMPT_ACCESS)(user_id=ada, listing=Listing())

    assert page.items == (own, public, nobodys)


@pytest.mark.parametrize("shared", [False, True])
async def test_somebody_elses_prompt_is_not_changed_even_if_public(
    desk: Desk, *, shared: bool
) -> None:
    ada, bob = await desk.user(), await desk.user()
    hers = await a_prompt(desk, ada, is_public=True)
    ask = {"user_id": bob, "prompt_id": hers.id, "shared": shared}

    with pytest.raises(NotFound):
        await desk.update_prompt(**ask, changes={"title": "Mine"})
    with pytest.raises(NotFound):
        await desk.archive_prompt(**ask)


async def test_somebody_elses_private_prompt_is_not_there(desk: Desk) -> None:
    ada, bob = await desk.user(), await desk.user()
    hers = await a_prompt(desk, ada)

    with pytest.raises(NotFound):
        await Fetch(desk.uow, PROMPT_ACCESS)(user_id=bob, entity_id=hers.id)


async def test_admins_keep_the_prompts_that_are_nobodys(desk: Desk) -> None:
    admin = await desk.user()
    nobodys = await a_prompt(desk, None)
    ask = {"user_id": admin, "prompt_id": nobodys.id, "shared": True}

    changed = await desk.update_prompt(**ask, changes={"title": "Ours"})
    await desk.archive_prompt(**ask)

    assert (changed.title, changed.owner_id) == ("Ours", None)
    assert await desk.all(Prompt) == ()


async def test_a_prompt_that_a_flow_of_the_owners_uses_stays_until_it_is_stopped(
    desk: Desk,
) -> None:
    ada = await desk.user()
    flow = await a_flow(desk, ada)
    ask = {"user_id": ada, "prompt_id": flow.steps[0].prompt_id}

    with pytest.raises(RuleViolated, match="Morning"):
        await desk.archive_prompt(**ask)
    await desk.save(flow.with_(status=FlowStatus.STOPPED))
    await desk.archive_prompt(**ask)

    assert await desk.all(Prompt) == ()


async def test_what_others_do_with_a_public_prompt_does_not_bind_its_owner(desk: Desk) -> None:
    ada, bob = await desk.user(), await desk.user()
    hers = await a_prompt(desk, ada, is_public=True)
    flow = await a_flow(desk, bob)
    step = flow.steps[0]
    await desk.save(flow.with_(steps=(type(step)(0, hers.id, step.agent_id),)))

    await desk.archive_prompt(user_id=ada, prompt_id=hers.id)

    assert hers not in await desk.all(Prompt)
