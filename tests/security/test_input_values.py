"""Nasty values in every field of every body: stored exactly or refused by name, never a 500."""

import json
from collections import Counter
from typing import Any

import pytest

from support.arena import Arena, Arenas, Caller
from support.arena.routes import Field, Route, each, json_routes, text_of

HERE = "b8f3-here"
"""Stands where a literal is put."""
NASTY_TEXTS = {
    "NUL": "a\x00b",
    "lone surrogate": "\ud800",
    "two surrogates the wrong way": "\udc00\ud800",
    "noncharacter": "a\ufffeb",
    "right-to-left override": "a\u202eb",
    "four bytes": "𝔸🂡",
    "combining": "e" + "\u0301" * 1000,
    "controls": "".join(map(chr, (*range(1, 32), *range(127, 160)))),
    "line ends": "a\r\nBcc: x@evil.test",
    "markup": "<script>alert(1)</script>",
    "template": "{{7*7}}${7*7}#{7*7}%s%n{0.__class__}",
    "lookup": "${jndi:ldap://x}",
    "script link": "javascript:alert(1)",
    "quotes": "'\"`; DROP TABLE users; --",
    "formula": "=1+1",
    "operator": "$gt",
    "path": "../../../../etc/passwd",
    "spaces": "   ",
    "nothing": "",
    "long": "x" * 100_000,
}
NUMBERS = (
    *("-1", "0", "-0", "1.0", "2147483647", "2147483648", "9007199254740993"),
    *("9223372036854775807", "9223372036854775808", "18446744073709551616"),
    *("1" + "0" * 30, "1" + "0" * 4000, "1e2", "1e400", "-1e-400", "NaN", "Infinity", "-Infinity"),
    *("true", '"1"', "null", "[]", "{}"),
)
DECIMALS = (
    *("NaN", "sNaN", "-NaN", "Infinity", "-Infinity", "1e1000000", "1_000", " 1 ", "١٢", "+1"),
    *(".5", "5.", "", "-", "0x10", "1,5", "1e5", "--1", "1" * 40, "0." + "1" * 20, "１２"),
)
OPERATORS: tuple[Any, ...] = (
    {"$gt": ""},
    {"$ne": None},
    {"$where": "sleep(5000)"},
    {"$regex": ".*"},
    [{"$gt": ""}],
)


async def without_fault(caller: Caller, asked: list[tuple[Route, Field, bytes]]) -> Counter[int]:
    """How often each status was answered to the bodies; `require_sound` refuses a 500."""

    async def ask(item: tuple[Route, Field, bytes]) -> int:
        route, field, body = item
        reply = await caller.send(route.method, route.path, body=body)
        assert reply.status < 500, f"{route} {field.name}: {reply.response.text}"
        return reply.status

    return Counter([status async for _, status in each(asked, ask)])


def everywhere(literal: str, *kinds: str) -> list[tuple[Route, Field, bytes]]:
    """Every body with the literal in one of its fields, for all fields of these types."""
    return [
        (route, field, text_of(field.put(route.body, HERE), HERE, literal))
        for route in json_routes()
        for field in route.fields
        if not kinds or field.types & set(kinds)
    ]


@pytest.fixture(params=["postgres"])
async def fussy(request: pytest.FixtureRequest, arenas: Arenas) -> Arena:
    """The arena on the store that takes least: what others could not keep is tried below."""
    return await arenas(request.param)


@pytest.mark.parametrize("text", NASTY_TEXTS.values(), ids=NASTY_TEXTS)
async def test_s55_no_text_in_any_field_is_our_fault(fussy: Arena, text: str) -> None:
    caller = await fussy.person()

    statuses = await without_fault(caller, everywhere(json.dumps(text), "string"))

    assert statuses


@pytest.mark.parametrize("literal", NUMBERS)
async def test_s56_no_number_in_any_field_is_our_fault(fussy: Arena, literal: str) -> None:
    caller = await fussy.person()

    statuses = await without_fault(caller, everywhere(literal))

    assert statuses


@pytest.mark.parametrize("literal", ["true", '"1"', "1.5", "null", "1e400", "NaN"])
async def test_s56_what_is_no_whole_number_is_refused_by_name(
    any_arena: Arena, literal: str
) -> None:
    asked = [
        (route, field, text_of(field.put(route.body, HERE), HERE, literal))
        for route in json_routes()
        for field in route.fields
        if field.types == {"integer"}
    ]

    async def faults(item: tuple[Route, Field, bytes]) -> tuple[int, bool]:
        route, field, body = item
        reply = await any_arena.superadmin.send(route.method, route.path, body=body)
        return reply.status, reply.status == 422 and field.name in reply.faults

    found = {f"{it[0]} {it[1].name}": answer async for it, answer in each(asked, faults)}
    assert {name: answer for name, answer in found.items() if answer != (422, True)} == {}


@pytest.mark.parametrize("text", DECIMALS)
async def test_s57_what_is_no_plain_decimal_is_refused_by_name(any_arena: Arena, text: str) -> None:
    asked = [
        (route, field, text_of(field.put(route.body, HERE), HERE, json.dumps(text)))
        for route in json_routes()
        for field in route.fields
        if field.schema.get("format") == "decimal"
    ]

    async def faults(item: tuple[Route, Field, bytes]) -> tuple[int, bool]:
        route, field, body = item
        reply = await any_arena.superadmin.send(route.method, route.path, body=body)
        return reply.status, reply.status == 422 and field.name in reply.faults

    found = {f"{it[0]} {it[1].name}": answer async for it, answer in each(asked, faults)}
    assert {name: answer for name, answer in found.items() if answer != (422, True)} == {}


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ('"0"', "0"),
        ('"-0"', "0"),
        ("1e2", "100"),
        ('"0.10"', "0.1"),
        ("1.50", "1.5"),
        ("9007199254740993", "9007199254740993"),
        ('"123456789012.12345678"', "123456789012.12345678"),
    ],
)
async def test_s57_money_keeps_every_digit_in_one_form(
    race_arena: Arena, sent: str, stored: str
) -> None:
    body = {"name": "dear", "provider": "openai", "model_id": "m", "cost_per_call": HERE}
    caller = await race_arena.person("Admin")

    made = await caller.post("/agents", body=text_of(body, HERE, sent))

    assert made.status in {201, 422}
    if made.status == 201:
        again = await caller.get(f"/agents/{made.data['id']}")
        assert again.data["cost_per_call"] == made.data["cost_per_call"] == stored


@pytest.mark.parametrize("backend", ["sqlite", "mongo"])
@pytest.mark.parametrize("value", OPERATORS, ids=str)
async def test_s64_an_operator_in_a_field_of_text_is_refused(
    arenas: Arenas, backend: str, value: object
) -> None:
    caller = await (await arenas(backend)).person()

    statuses = await without_fault(caller, everywhere(json.dumps(value), "string", "integer"))

    assert not {status for status in statuses if status < 400}
    assert statuses[422]


@pytest.mark.parametrize(
    "config",
    [
        {"$gt": ""},
        {"$where": "sleep(5000)"},
        {"a.b": 1},
        {".": 1},
        {"": 1},
        {"__proto__": {"x": 1}},
        {"constructor": 1},
        {"$": {"$": [{"$": 1}]}},
        {"_id": 1, "version": 2},
        {"deep": {"$set": {"role": "Superadmin"}}},
    ],
    ids=str,
)
async def test_s64_a_free_object_is_read_back_as_it_was_sent(
    race_arena: Arena, config: dict[str, Any]
) -> None:
    caller = await race_arena.person()
    agent = {"name": "free", "provider": "openai", "model_id": "m", "config": config}

    made = await caller.post("/agents", agent)

    assert made.status in {201, 422}, made.json
    if made.status == 201:
        assert (await caller.get(f"/agents/{made.data['id']}")).data["config"] == config


@pytest.mark.parametrize("text", NASTY_TEXTS.values(), ids=NASTY_TEXTS)
async def test_s55_s65_text_is_read_back_as_it_was_sent_and_is_inert(
    race_arena: Arena, text: str
) -> None:
    caller = await race_arena.person()
    prompt = {"title": "t", "description": text, "prompt": "Hold.", "category": "trading"}

    made = await caller.post("/prompts", prompt)

    assert made.status in {201, 422}, made.json
    if made.status == 201:
        again = await caller.get(f"/prompts/{made.data['id']}")
        assert again.data["description"] == text
        assert again.header("content-type") == "application/json; charset=utf-8"
        assert again.header("x-content-type-options") == "nosniff"
    else:
        assert "description" in made.faults


async def test_s55_the_longest_text_is_counted_in_code_points(race_arena: Arena) -> None:
    caller = await race_arena.person()
    prompt = {"prompt": "Hold.", "category": "trading"}

    fits, spills = [
        await caller.post("/prompts", prompt | {"title": "🂡" * length}) for length in (200, 201)
    ]

    assert fits.data["title"] == "🂡" * 200
    assert spills.faults.keys() == {"title"}
