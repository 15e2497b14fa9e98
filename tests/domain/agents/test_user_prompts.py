from typing import Any

import pytest

from moniqo.domain.agents.prompt import Prompt
from moniqo.domain.agents.user_prompt import UserPrompt, UserPromptId, completed
from moniqo.domain.shared.errors import Invalid
from moniqo.domain.shared.ids import PromptId, UserId
from support.market import new_id

TEMPLATE = Prompt(
    id=PromptId(new_id()), owner_id=None, title="Trend", description="Daily.", prompt="Up or down?"
)
NOTHING = {"title": None, "description": None, "prompt": None}


def user_prompt(**fields: Any) -> UserPrompt:
    values = {
        "id": UserPromptId(new_id()),
        "user_id": UserId(new_id()),
        "title": "Mine",
        "prompt": "Buy?",
    }
    return UserPrompt(**values | fields)


def test_a_prompt_of_ones_own_needs_no_template() -> None:
    made = user_prompt()

    assert (made.prompt_id, made.description) == (None, "")


@pytest.mark.parametrize("broken", [{"title": ""}, {"prompt": ""}, {"description": "x" * 2001}])
def test_its_texts_obey_the_rules_of_prompts(broken: dict[str, str]) -> None:
    with pytest.raises(Invalid) as refused:
        user_prompt(**broken)

    assert {fault.field for fault in refused.value.faults} == set(broken)


def test_what_is_null_is_as_the_template_has_it() -> None:
    assert completed(NOTHING, TEMPLATE) == {
        "title": "Trend",
        "description": "Daily.",
        "prompt": "Up or down?",
    }


def test_what_is_said_or_not_spoken_of_stays_as_it_is() -> None:
    assert completed({"title": "Mine", "prompt": None}, TEMPLATE) == {
        "title": "Mine",
        "prompt": "Up or down?",
    }


def test_without_a_template_title_and_prompt_must_be_said() -> None:
    with pytest.raises(Invalid) as refused:
        completed(NOTHING, None)

    assert [fault.field for fault in refused.value.faults] == ["title", "prompt"]
    assert completed({"title": "Mine", "description": None}, None) == {
        "title": "Mine",
        "description": "",
    }
