"""Conditions and orders over entities as they are."""

from collections.abc import Callable
from functools import lru_cache
from operator import attrgetter
from typing import Any, TypeVar
from uuid import UUID

from moniqo.adapters.persistence.backend import Select
from moniqo.application.shared.query import Condition, Op
from moniqo.domain.shared.entity import Entity
from moniqo.domain.shared.scalar import Scalar

E = TypeVar("E", bound=Entity)
Test = Callable[[Any], bool]


def bare(value: object) -> Any:
    """What conditions and orders compare: a scalar by what it holds."""
    return value.value if isinstance(value, Scalar) else value


def atom(value: object) -> Any:
    """What rows are found by: ids as the numbers that they are, which hash faster."""
    if value.__class__ is UUID:
        return value.int
    return value.value if isinstance(value, Scalar) else value


_COMPARE: dict[Op, Callable[[Any, Any], bool]] = {
    Op.EQ: lambda have, want: have == want,
    Op.IN: lambda have, want: have in want,
    Op.GTE: lambda have, want: have is not None and have >= want,
    Op.LT: lambda have, want: have is not None and have < want,
    Op.IS_NULL: lambda have, want: (have is None) is want,
    Op.PREFIX: lambda have, want: have is not None and have.startswith(want),
    Op.CONTAINS: lambda have, want: have is not None and want in have,
}


_getter = lru_cache(maxsize=1024)(attrgetter)


def test_of(condition: Condition) -> Test:
    """The condition as a function of a row."""
    if condition.op is Op.EITHER:
        tests = [test_of(item) for item in condition.value]  # type: ignore[attr-defined]
        return lambda row: any(test(row) for test in tests)
    get = _getter(condition.field)
    if condition.op is Op.IN:
        want: Any = tuple(map(atom, condition.value))  # type: ignore[call-overload]
    else:
        want = atom(condition.value)
    compare = _COMPARE[condition.op]
    return lambda row: compare(atom(get(row)), want)


def cut(rows: list[E], select: Select) -> list[E]:
    """The rows in order, from where the page begins to where it ends."""
    if len(rows) > 1:
        for field, descending in reversed(select.sort):
            rows.sort(key=lambda row: _rank(bare(getattr(row, field))), reverse=descending)
    if select.after is not None:
        rows = [row for row in rows if _beyond(row, select.sort, select.after)]
    end = None if select.limit is None else select.offset + select.limit
    return rows[select.offset : end]


def _rank(value: Any) -> tuple[bool, Any]:
    return (value is not None, value)


def _beyond(row: Entity, sort: tuple[tuple[str, bool], ...], after: tuple[object, ...]) -> bool:
    for (field, descending), last in zip(sort, after, strict=True):
        have, seen = _rank(bare(getattr(row, field))), _rank(bare(last))
        if have != seen:
            return (have > seen) is not descending
    return False
