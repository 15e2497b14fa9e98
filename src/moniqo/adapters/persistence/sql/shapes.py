"""What of a question its statement is compiled for, and the values that fill it."""

from dataclasses import dataclass
from typing import Any

from moniqo.adapters.persistence.backend import Select
from moniqo.adapters.persistence.sql.dialect import Dialect
from moniqo.adapters.persistence.sql.values import atom
from moniqo.application.shared.query import Condition, Op

UNLIMITED = 2**63 - 1
Order = tuple[tuple[str, bool], ...]
Shape = tuple[str, Op, Any]
"""Field and operator; for `IN` whether null is among the values, for `EITHER` the shapes in it."""


@dataclass(frozen=True, slots=True)
class Outline:
    """Everything about a read that its text depends on; `nulls` are those of `Select.after`."""

    table: str
    where: tuple[Shape, ...]
    sort: Order
    nulls: tuple[bool, ...] | None
    limited: bool
    deleted: bool
    counted: bool
    without: tuple[str, ...]


def outline(
    dialect: Dialect, table: str, select: Select, *, counted: bool
) -> tuple[Outline, list[Any]]:
    """The outline of a read and its values, in the order of its parameters."""
    values: list[Any] = []
    where = shapes(dialect, select.where, values)
    nulls = None
    if select.after is not None:
        nulls = tuple(value is None for value in select.after)
        values += [atom(dialect.leaves, value) for value in select.after if value is not None]
    limited = select.limit is not None or select.offset > 0
    if limited:
        values += [UNLIMITED if select.limit is None else select.limit, select.offset]
    kind = (select.sort, nulls, limited, select.deleted, counted, select.without)
    return Outline(table, where, *kind), values


def shapes(dialect: Dialect, where: tuple[Condition, ...], values: list[Any]) -> tuple[Shape, ...]:
    """The shapes of the conditions; what they compare with is appended to `values`."""
    return tuple(_shape(dialect, condition, values) for condition in where)


def _shape(dialect: Dialect, condition: Condition, values: list[Any]) -> Shape:
    field, op, value = condition.field, condition.op, condition.value
    if op is Op.EITHER:
        return (field, op, shapes(dialect, value, values))  # type: ignore[arg-type]
    if op is Op.IN:
        some: Any = value
        found = [atom(dialect.leaves, item) for item in some if item is not None]
        values.append(dialect.listed(found))
        return (field, op, None in some)
    if op is Op.IS_NULL or (op is Op.EQ and value is None):
        return (field, Op.IS_NULL, True if value is None else value)
    values.append(atom(dialect.leaves, value))
    return (field, op, None)
