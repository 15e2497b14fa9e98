"""Templates show the snapshot and reach nothing else, whatever they try."""

from decimal import Decimal
from typing import Any

import pytest

from moniqo.adapters.templates.minijinja_renderer import COMPILED, LONGEST_PROMPT, MinijinjaRenderer
from moniqo.application.agents.ports import PromptRenderer
from moniqo.domain.agents.snapshot import Answer, Holdings, Snapshot
from moniqo.domain.shared.errors import Invalid
from support.market import SERIES, at, candle

RENDERER: PromptRenderer = MinijinjaRenderer()


def snapshot(bars: int = 3, answers: tuple[Answer, ...] = (), **held: Any) -> Snapshot:
    holdings = {"as_of": at(5), "cash": Decimal("1000.50"), "position": Decimal("0.10")} | held
    candles = tuple(candle(index, f"{100 + index % 10}.10 120 90 100") for index in range(bars))
    return Snapshot(SERIES.symbol, SERIES.timeframe, candles, Holdings(**holdings), answers)


def shown(template: str, of: Snapshot | None = None) -> str:
    return RENDERER.render(template, of or snapshot())


def refusal(template: str, of: Snapshot | None = None) -> str:
    with pytest.raises(Invalid) as found:
        shown(template, of)
    assert [fault.field for fault in found.value.faults] == ["prompt"]
    return found.value.faults[0].message


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("Buy?", "Buy?"),
        ("{{ symbol }} {{ timeframe }}", "BTC/USDT 1h"),
        ("{{ now }}", "2026-01-01T05:00:00.000Z"),
        ("{{ cash }} and {{ position }}", "1000.5 and 0.1"),
        ("{{ open_orders }} {{ entry_price }}", "0 None"),
        ("{{ candles|length }} {{ candles[-1].open }}", "3 102.1"),
        ("{% for a in candles[:2] %}{{loop.index}}:{{ a.open }} {% endfor %}", "1:100.1 2:101.1 "),
        (
            "{{ candles|last }}",
            "2026-01-01T02:00:00.000Z open 102.1 high 120 low 90 close 100 volume 10",
        ),
        ("{{ (candles|first).opened_at }}", "2026-01-01T00:00:00.000Z"),
        ("{{ (candles|reverse)[0].open }}", "102.1"),
        ("{% if cash > '1' and not open_orders %}a{% else %}b{% endif %}", "a"),
        ("{{ 'flat' if position == '0' else 'long' }}", "long"),
        ("{% for it in answers %}{{ it.text }}{% else %}none{% endfor %}", "none"),
        ("a {#- {{ nothing }} {% -#} b", "ab"),
        ("{{- symbol|lower -}}  !", "btc/usdt!"),
        ("{{ answers|first|default('no answer') }}", "no answer"),
        ("{{ '}} {{' }} < & >", "}} {{ < & >"),
    ],
)  # fmt: skip
def test_a_template_shows_what_the_snapshot_has(template: str, text: str) -> None:
    RENDERER.check(template)

    assert shown(template) == text


def test_an_entry_price_and_earlier_answers_are_shown() -> None:
    of = snapshot(answers=(Answer(0, "up"), Answer(1, "down")), entry_price=Decimal("99.50"))

    text = shown(
        "{{ entry_price }}{% for a in answers %} {{ a.step }}={{ a.text }}{% endfor %}", of
    )

    assert text == "99.5 0=up 1=down"


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("a\n{{ b", "line 2: unexpected end of input"),
        ("{{ price }}", "line 1: price is not a variable that prompts have"),
        ("a\n\n{{ range }}", "line 3: range is not a variable that prompts have"),
        ("{% if %}", "line 1: unexpected end of block"),
        ("{% for bar in candles %}", "line 1: unexpected end of input"),
        ("{# no end", "line 1: unexpected end of comment"),
        ("{{", "line 1: unexpected end of input"),
        ("{{ 'no end }}", "line 1: ' cannot be used here"),
        ("{{ cash + 1 }}", "line 1: + cannot be used here"),
        ("{{ cash * 2 }}", "line 1: * cannot be used here"),
        ("{{ cash ~ cash }}", "line 1: ~ cannot be used here"),
        ("{{ candles[0]._bar }}", "line 1: _bar is nothing that prompts may reach"),
        ("{{ candles[0].__class__ }}", "line 1: __class__ is nothing that prompts may reach"),
        ("{{ candles[0]['_bar'] }}", "line 1: '_bar' is nothing that prompts may reach"),
        ("{{ self }}", "line 1: self is not a variable that prompts have"),
        ("{{ symbol.upper() }}", "line 1: nothing can be called"),
        ("{{ candles[0](1) }}", "line 1: nothing can be called"),
        ("{{ cash is divisibleby(2) }}", "line 1: nothing can be called"),
        ("{{ symbol|replace('B', 'BB') }}", "line 1: replace is not a filter"),
        ("{{ candles|first|tojson }}", "line 1: tojson is not a filter"),
        ("{% set a = 1 %}", "line 1: = cannot be used here"),
        ("{% with a %}{% endwith %}", "line 1: with is not a statement"),
        ("{% include 'a' %}", "line 1: include is not a statement"),
        ("{% macro a(b) %}{% endmacro %}", "line 1: macro is not a statement"),
        ("\n{% raw %}{{ x }}{% endraw %}", "line 2: raw is not a statement"),
        ("{% for a in answers recursive %}{% endfor %}", "line 1: loops cannot be recursive"),
    ],
)
def test_what_cannot_be_used_is_refused_when_saved_naming_the_line(
    template: str, message: str
) -> None:
    with pytest.raises(Invalid) as found:
        RENDERER.check(template)

    assert found.value.faults[0].field == "prompt"
    assert found.value.faults[0].message.startswith(message)


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{{ symbol.nope }}", "`symbol.nope` is undefined"),
        ("{{ candles[9].close }}", "`candles[9]` is undefined"),
        ("{{ price[:2] }}", "`price` is undefined"),
    ],
)
def test_what_is_not_there_is_refused_when_rendered(template: str, message: str) -> None:
    assert refusal(template) == f"line 1: {message}"


def test_a_template_that_works_without_end_is_stopped() -> None:
    nested = "{% for a in candles %}" * 4 + "{{ cash }}" + "{% endfor %}" * 4

    assert refusal(nested, snapshot(50)) == "line 1: it takes too long; show less"


def test_the_whole_of_500_candles_can_be_shown() -> None:
    every = "{% for c in candles %}{{ loop.index }} {{ c.opened_at }} {{ c.open }} {{ c.high }} "
    every += "{{ c.low }} {{ c.close }} {{ c.volume }}\n{% endfor %}"

    assert shown(every, snapshot(500)).count("\n") == 500


def test_a_prompt_that_comes_out_too_long_is_refused() -> None:
    of = snapshot(answers=(Answer(0, "x" * (LONGEST_PROMPT // 2)),))
    once, thrice = "{{ answers[0].text }}", "{{ answers[0].text }}" * 3

    assert len(shown(once, of)) == LONGEST_PROMPT // 2
    assert refusal(thrice, of) == f"line 1: the text is longer than {LONGEST_PROMPT} characters"


def test_long_answers_cannot_be_multiplied_into_all_the_memory() -> None:
    of = snapshot(500, answers=(Answer(0, "x" * 65_536),))
    multiplied = "{% for c in candles %}" + "{{ answers[0].text }}" * 9 + "{% endfor %}"

    assert refusal(multiplied, of) == "line 1: it takes too long; show less"


def test_brackets_without_end_are_an_error_like_any_other() -> None:
    for opening, closing in ("()", "[]"):
        deep = "{{ " + opening * 5000 + "1" + closing * 5000 + " }}"

        assert refusal(deep).startswith("line 1: ")


def test_templates_are_forgotten_and_compiled_anew() -> None:
    first = "{{ symbol }} number 0"
    assert shown(first) == "BTC/USDT number 0"

    for number in range(COMPILED + 1):
        shown(f"{{{{ cash }}}} number {number}")

    assert shown(first) == "BTC/USDT number 0"
