"""What the manual shows can be used."""

from moniqo.adapters.templates.grammar import FILTERS, VARIABLES
from moniqo.adapters.templates.minijinja_renderer import MinijinjaRenderer
from moniqo.application.agents.ports import PromptRenderer
from support.source_tree import ROOT

MANUAL = (ROOT / "docs" / "prompts.md").read_text()


def test_the_example_is_a_prompt() -> None:
    renderer: PromptRenderer = MinijinjaRenderer()
    example = "\n".join(line for line in MANUAL.splitlines() if line.startswith("    "))

    renderer.check(example)

    assert "candles[-24:]" in example


def test_every_variable_and_filter_is_in_the_manual() -> None:
    for name in VARIABLES | FILTERS:
        assert f"`{name}`" in MANUAL
