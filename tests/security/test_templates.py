"""S73: prompts are templates, and reach nothing but what they are given."""

import pytest

from support.arena import Arena

HOSTILE = {
    "{{ ''.__class__.__mro__[1].__subclasses__() }}": 1,
    "{{ symbol.__class__ }}": 1,
    "{{ candles[0]['__class__'] }}": 1,
    '{{ candles[0]["_x"] }}': 1,
    "{% include '/etc/passwd' %}": 1,
    "Buy?\n{% import os %}": 2,
    "{{ '{0.__class__}'.format(symbol) }}": 1,
    "Buy?\n\n{{ symbol | attr('x') }}": 3,
    "{{ os }}": 1,
    "{{ self }}": 1,
    "{% for x in range(9999999) %}{% endfor %}": 1,
    "{{ symbol": 1,
}


@pytest.mark.parametrize(("template", "line"), HOSTILE.items())
async def test_s73_a_template_that_reaches_further_is_refused_with_its_line(
    arena: Arena, template: str, line: int
) -> None:
    mine = {"title": "t", "prompt": template}

    for path in ("/prompts", "/users/me/prompts"):
        reply = await arena.a.post(path, mine)

        assert reply.outcome == (422, "VALIDATION_ERROR")
        (fault,) = reply.json["error"]["details"]
        assert fault["field"] == "prompt"
        assert fault["message"].startswith(f"line {line}: ")


async def test_s73_what_is_no_tag_is_text(arena: Arena) -> None:
    text = "{0.__class__} %s ${symbol} __class__ self"

    reply = await arena.a.post("/prompts", {"title": "t", "prompt": text})

    assert reply.status == 201
    assert reply.data["prompt"] == text
