"""The closed language in which use cases ask a repository for entities."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, NamedTuple, TypeVar

Item = TypeVar("Item")
Other = TypeVar("Other")


class Op(StrEnum):
    """Everything a condition may say. Text compares by code point, case-sensitively."""

    EQ = "eq"
    IN = "in"
    GTE = "gte"
    LT = "lt"
    IS_NULL = "is_null"
    PREFIX = "prefix"
    CONTAINS = "contains"
    EITHER = "either"


class Condition(NamedTuple):
    """`field op value`; build one with the functions below."""

    field: str
    op: Op
    value: object


def eq(field: str, value: object) -> Condition:
    """The field equals `value`; for None use `is_null`."""
    return Condition(field, Op.EQ, value)


def same(field: str, value: object) -> Condition:
    """The field equals `value`, or is null with it."""
    return is_null(field) if value is None else eq(field, value)


def any_of(field: str, values: tuple[object, ...]) -> Condition:
    """The field equals one of `values`, None among them matching null; no values, no match."""
    return Condition(field, Op.IN, values)


def gte(field: str, value: object) -> Condition:
    """The field is not null and at least `value`."""
    return Condition(field, Op.GTE, value)


def lt(field: str, value: object) -> Condition:
    """The field is not null and below `value`."""
    return Condition(field, Op.LT, value)


def is_null(field: str, *, expected: bool = True) -> Condition:
    """The field is null (or is not, with `expected=False`)."""
    return Condition(field, Op.IS_NULL, expected)


def prefix(field: str, value: str) -> Condition:
    """The text begins with `value`."""
    return Condition(field, Op.PREFIX, value)


def contains(field: str, value: str) -> Condition:
    """The text has `value` in it."""
    return Condition(field, Op.CONTAINS, value)


def either(*conditions: Condition) -> Condition:
    """At least one of the conditions holds. Its own field name is empty."""
    return Condition("", Op.EITHER, conditions)


@dataclass(frozen=True, slots=True)
class Listing:
    """One page's worth of a question.

    `sort` names fields, descending with a leading `-`; the id is always added last.
    Null sorts below everything. With `cursor` (a `Page.next_cursor` of the same sort)
    `offset` is ignored and the page costs the same wherever it lies; its total is None.
    Fields `without` which the list can do are not read: they have their defaults. Rows found so
    are for showing, never for saving.
    """

    where: tuple[Condition, ...] = ()
    sort: tuple[str, ...] = ()
    limit: int = 10
    offset: int = 0
    cursor: str | None = None
    include_deleted: bool = False
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Items in order, and how to go on. `next_cursor` is None on the last page."""

    items: tuple[Item, ...]
    total: int | None
    limit: int
    offset: int
    next_cursor: str | None

    @property
    def has_more(self) -> bool:
        """Whether anything comes after this page."""
        return self.next_cursor is not None

    def holding(self, items: Iterable[Other]) -> "Page[Other]":
        """The same place in the list with other items, one for each of these."""
        return Page(tuple(items), self.total, self.limit, self.offset, self.next_cursor)
