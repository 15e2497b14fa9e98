from typing import Any

import pytest

from moniqo.application.agents.create_user_prompt import CreateUserPrompt, UserPromptDraft
from moniqo.application.agents.update_user_prompt import USER_PROMPT_ACCESS, UpdateUserPrompt
from moniqo.application.shared.access import Archive, Browse, Fetch
from moniqo.application.shared.persistence import Transaction, UnitOfWork
from moniqo.application.shared.query import Listing
from moniqo.domain.agents.user_prompt import UserPrompt
from moniqo.domain.shared.errors import NotFound, StaleVersion
from moniqo.domain.shared.ids import PromptId, UserId
from support.desk import Desk, faults
from support.factories import a_prompt

BROKEN = "What about {{ symbol }}?\n{% if"


def create(desk: Desk, user_id: UserId, **fields: Any) -> Any:
    use_case = CreateUserPrompt(desk.uow, desk.ids, desk.renderer)
    return use_case(user_id=user_id, draft=UserPromptDraft(**fields))


def update(desk: Desk, user_id: UserId, found: UserPrompt, **changes: Any) -> Any:
    use_case = UpdateUserPrompt(desk.uow, desk.renderer)
    return use_case(user_id=user_id, user_prompt_id=found.id, changes=changes)


async def test_a_prompt_of_ones_own_is_written_anew(desk: Desk) -> None:
    ada = await desk.user()

    made = await create(desk, ada, title="Mine", prompt="And {{ symbol }}?")

    assert (made.user_id, made.prompt_id, made.title, made.description, made.prompt) == (
        ada,
        None,
        "Mine",
        "",
        "And {{ symbol }}?",
    )
    assert await desk.all(UserPrompt) == (made,)


async def test_what_is_not_sent_is_taken_from_the_template(desk: Desk) -> None:
    ada = await desk.user()
    template = await a_prompt(desk, ada, description="Daily.")

    whole = await create(desk, ada, prompt_id=template.id)
    partly = await create(desk, ada, prompt_id=template.id, title="Mine", description="")

    assert (whole.title, whole.description, whole.prompt) == (
        template.title,
        "Daily.",
        template.prompt,
    )
    assert (partly.title, partly.description, partly.prompt) == ("Mine", "", template.prompt)
    assert whole.prompt_id == partly.prompt_id == template.id


async def test_templates_are_those_that_the_user_may_read(desk: Desk) -> None:
    ada, bob = await desk.user(), await desk.user()
    nobodys = await a_prompt(desk, None)
    public = await a_prompt(desk, bob, is_public=True)

    made = [await create(desk, ada, prompt_id=found.id) for found in (nobodys, public)]

    assert [prompt.prompt_id for prompt in made] == [nobodys.id, public.id]


async def test_somebody_elses_template_is_as_absent_as_none(desk: Desk) -> None:
    ada, bob = await desk.user(), await desk.user()
    hers = await a_prompt(desk, ada)
    mine = await create(desk, bob, title="Mine", prompt="Now?")
    absent = PromptId(desk.ids.new())

    refused = [
        await faults(ask)
        for prompt_id in (hers.id, absent)
        for ask in (
            create(desk, bob, prompt_id=prompt_id),
            update(desk, bob, mine, prompt_id=prompt_id),
        )
    ]

    assert set(refused[0]) == {"prompt_id"}
    assert refused == [refused[0]] * 4
    assert await desk.all(UserPrompt) == (mine,)


async def test_a_prompt_that_is_no_template_is_refused_with_its_line(desk: Desk) -> None:
    ada = await desk.user()
    found = await create(desk, ada, title="Mine", prompt="Now?")

    made = await faults(create(desk, ada, title="Mine", prompt=BROKEN))
    changed = await faults(update(desk, ada, found, prompt=BROKEN))

    assert made == changed
    assert "line" in made["prompt"]
    assert await desk.all(UserPrompt) == (found,)


async def test_an_update_changes_what_is_sent_and_nothing_else(desk: Desk) -> None:
    ada = await desk.user()
    template = await a_prompt(desk, ada)
    found = await create(desk, ada, prompt_id=template.id)

    changed = await update(desk, ada, found, title="Mine")

    assert changed == found.with_(title="Mine", version=2, updated_at=changed.updated_at)


async def test_a_null_text_goes_back_to_the_template(desk: Desk) -> None:
    ada = await desk.user()
    template = await a_prompt(desk, ada)
    found = await create(desk, ada, prompt_id=template.id, title="Mine", prompt="Now?")

    changed = await update(desk, ada, found, title=None)

    assert (changed.title, changed.prompt) == (template.title, "Now?")


async def test_a_template_that_is_gone_may_stay_named_and_says_nothing_more(desk: Desk) -> None:
    ada, bob = await desk.user(), await desk.user()
    template = await a_prompt(desk, bob, is_public=True)
    found = await create(desk, ada, prompt_id=template.id)
    await desk.save(template.with_(is_public=False))

    changed = await update(desk, ada, found, prompt_id=template.id, title="Mine")
    refused = await faults(update(desk, ada, changed, prompt=None))
    freed = await update(desk, ada, changed, prompt_id=None)

    assert (changed.title, changed.prompt_id) == ("Mine", template.id)
    assert set(refused) == {"prompt"}
    assert (freed.prompt_id, freed.prompt) == (None, template.prompt)


async def test_nobody_else_reads_changes_or_removes_it(desk: Desk) -> None:
    ada, bob = await desk.user(), await desk.user()
    hers = await create(desk, ada, title="Mine", prompt="Now?")
    seen_by = {"user_id": bob, "entity_id": hers.id}

    page = await Browse(desk.uow, USER_PROMPT_ACCESS)(user_id=bob, listing=Listing())

    assert page.items == ()
    for refused in (
        Fetch(desk.uow, USER_PROMPT_ACCESS)(**seen_by),
        Archive(desk.uow, USER_PROMPT_ACCESS)(**seen_by),
        update(desk, bob, hers, title="His"),
    ):
        with pytest.raises(NotFound):
            await refused
    assert await desk.all(UserPrompt) == (hers,)


class Overtaken:
    """A unit of work in which somebody else comes first, the first time."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow, self.losses = uow, 1

    def __call__(self) -> Transaction:
        if self.losses:
            self.losses -= 1
            raise StaleVersion("User prompt was changed by somebody else meanwhile.")
        return self.uow()


async def test_it_is_removed_though_it_is_changed_at_the_same_moment(desk: Desk) -> None:
    ada = await desk.user()
    hers = await create(desk, ada, title="Mine", prompt="Now?")

    archive = Archive(Overtaken(desk.uow), USER_PROMPT_ACCESS)
    removed = await archive(user_id=ada, entity_id=hers.id)

    assert removed.deleted_at is not None
    assert await desk.all(UserPrompt) == ()
