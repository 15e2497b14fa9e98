"""Conditions mean the same everywhere."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from moniqo.application.shared.query import (
    Condition,
    any_of,
    contains,
    either,
    eq,
    gte,
    is_null,
    lt,
    prefix,
)
from moniqo.domain.shared.errors import Invalid
from support.specimen import Code, Specimen, State
from support.store import Store

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
ROWS: dict[str, dict[str, Any]] = {
    "plain": {"rank": 1, "price": Decimal("1.50"), "state": State.ACTIVE, "code": Code("ABC")},
    "null": {"rank": 2},
    "minus": {"rank": 3, "price": Decimal(-2), "seen_at": NOON, "is_bright": True},
    "big": {"rank": 2**40, "price": Decimal(10), "seen_at": NOON.replace(hour=13), "badge": ""},
}


async def _names(store: Store, *where: Condition) -> set[str | None]:
    return {item.name for item in await store.found(*where)}


def _named(value: object) -> str:
    """A short id, alike in every process: sets have no order."""
    return f"{value.op}_{value.field}" if isinstance(value, Condition) else str(len(value))


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (eq("rank", 2), {"null"}),
        (eq("price", Decimal("1.5")), {"plain"}),
        (eq("price", Decimal("1.500")), {"plain"}),
        (eq("seen_at", NOON), {"minus"}),
        (eq("state", State.ACTIVE), {"plain"}),
        (eq("state", "active"), {"plain"}),
        (eq("code", Code("abc")), {"plain"}),
        (eq("code", "abc"), {"plain"}),
        (eq("is_bright", True), {"minus"}),
        (eq("is_bright", False), {"plain", "null", "big"}),
        (eq("name", "PLAIN"), set()),
        (eq("name", "' OR 1=1 --"), set()),
        (any_of("rank", (1, 3, 99)), {"plain", "minus"}),
        (any_of("rank", ()), set()),
        (any_of("rank", (1, 1)), {"plain"}),
        (any_of("price", (None,)), {"null"}),
        (any_of("price", (None, Decimal(10))), {"null", "big"}),
        (any_of("state", (State.ACTIVE, State.IDLE)), set(ROWS)),
        (any_of("seen_at", (NOON,)), {"minus"}),
        (any_of("is_bright", (True,)), {"minus"}),
        (any_of("code", (Code("ABC"), None)), set(ROWS)),
        (any_of("name", tuple(map(str, range(2000)))), set()),
        (gte("price", Decimal("1.5")), {"plain", "big"}),
        (gte("price", Decimal(-2)), {"plain", "minus", "big"}),
        (lt("price", Decimal("1.5")), {"minus"}),
        (lt("price", Decimal(-2)), set()),
        (lt("rank", 3), {"plain", "null"}),
        (gte("rank", 2**31), {"big"}),
        (gte("seen_at", NOON), {"minus", "big"}),
        (lt("seen_at", NOON.replace(hour=13)), {"minus"}),
        (gte("name", "null"), {"null", "plain"}),
        (is_null("price"), {"null"}),
        (is_null("price", expected=False), {"plain", "minus", "big"}),
        (is_null("badge"), {"plain", "null", "minus"}),
        (prefix("name", "p"), {"plain"}),
        (prefix("badge", ""), {"big"}),
        (contains("name", "l"), {"plain", "null"}),
        (contains("name", ""), set(ROWS)),
        (either(eq("rank", 1), eq("rank", 3)), {"plain", "minus"}),
        (either(), set()),
        (either(is_null("price"), gte("price", Decimal(10))), {"null", "big"}),
        (either(either(eq("rank", 1)), any_of("rank", (2,))), {"plain", "null"}),
    ],
    ids=_named,
)
async def test_a_condition_finds_exactly_its_rows(
    store: Store, condition: Condition, expected: set[str]
) -> None:
    for name, fields in ROWS.items():
        await store.added(name=name, **fields)

    found = await _names(store, condition)

    assert found == expected
    async with store.uow() as tx:
        assert await tx[Specimen].count(eq("shelf", store.shelf), condition) == len(expected)


async def test_conditions_hold_together(store: Store) -> None:
    for name, fields in ROWS.items():
        await store.added(name=name, **fields)

    found = await _names(store, gte("rank", 2), either(is_null("price"), eq("is_bright", True)))

    assert found == {"null", "minus"}


TRICKY = (
    "100%",
    "100x",
    "a_b",
    "axb",
    "a*b",
    "a.b",
    "a[b]",
    "(ab",
    "^a",
    "a$",
    "a\\b",
    "a?b",
    "é",
    "E",
    "e",
)


@pytest.mark.parametrize(
    "text", ["%", "_", "*", ".", "[", "(", "^", "$", "\\", "?", "e", "E", "é", "a_", "100%"]
)
async def test_no_character_has_a_meaning_of_its_own(store: Store, text: str) -> None:
    for name in TRICKY:
        await store.added(name=name)

    assert await _names(store, contains("name", text)) == {n for n in TRICKY if text in n}
    assert await _names(store, prefix("name", text)) == {n for n in TRICKY if n.startswith(text)}
    assert await _names(store, eq("name", text)) == {n for n in TRICKY if n == text}


@pytest.mark.parametrize(
    "condition",
    [
        eq("name", "nul \x00"),
        contains("name", "\ud800"),
        eq("rank", 2**63),
        any_of("rank", (1, -(2**63) - 1)),
        eq("price", Decimal("NaN")),
        lt("price", Decimal("1E+30")),
        either(prefix("name", "\x00")),
    ],
    ids=repr,
)
async def test_a_value_that_no_backend_could_hold_is_refused(
    store: Store, condition: Condition
) -> None:
    with pytest.raises(Invalid):
        await store.found(condition)


async def test_a_condition_on_an_unknown_field_is_a_fault_of_the_program(store: Store) -> None:
    for condition in (eq("height", 1), either(eq("height", 1))):
        with pytest.raises(AttributeError):
            await store.found(condition)
