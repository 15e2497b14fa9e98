"""The base of every entity and of every composite value."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Self
from uuid import UUID

from moniqo.domain.shared.errors import Fault, Invalid
from moniqo.domain.shared.rules import decimal_fault, integer_fault, text_fault
from moniqo.domain.shared.schema import Field, plain, remembered, schema

Check = Callable[[Any], str | None]
_STORABLE: dict[type, Check] = {str: text_fault, int: integer_fault, Decimal: decimal_fault}


def _checks_of(field: Field) -> tuple[Check, ...]:
    storable = _STORABLE.get(plain(field.type))
    rules = tuple(rule.fault for rule in field.rules)
    return (storable, *rules) if storable else rules


@remembered
def checks(owner: type) -> tuple[tuple[str, tuple[Check, ...]], ...]:
    """For each field with any condition: its name and its checks, in order."""
    found = ((field.name, _checks_of(field)) for field in schema(owner))
    return tuple((name, conditions) for name, conditions in found if conditions)


def field_fault(field: Field, value: object) -> str | None:
    """What is wrong with `value` as this field, None if nothing."""
    faults = (condition(value) for condition in _checks_of(field))
    return next((message for message in faults if message), None)


def faults_of(value: object) -> tuple[Fault, ...]:
    """Every field of the dataclass `value` that breaks a rule of its annotation."""
    found = []
    for name, conditions in checks(type(value)):
        item = getattr(value, name)
        if item is None:
            continue
        for condition in conditions:
            message = condition(item)
            if message is not None:
                found.append(Fault(name, message))
                break
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Value:
    """A composite without identity, or an input: its annotations' rules always hold."""

    def __post_init__(self) -> None:
        faults = faults_of(self)
        if faults:
            named = ", ".join(f"{fault.field} {fault.message}" for fault in faults)
            raise Invalid(f"{type(self).__name__}: {named}", faults=faults)
        self.check()

    def check(self) -> None:
        """Rules that span fields; raises `Invalid` or `RuleViolated`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity(Value):
    """Something with an identity. Behaviour returns a new one; rules hold at every change.

    `version` to `deleted_at` are storage book-keeping: the repository stamps them and no
    rule reads them. A version of 0 means not stored yet.
    """

    id: UUID
    version: int = 0
    created_at: datetime | None = None
    updated_at: datetime | None = None
    created_by: UUID | None = None
    updated_by: UUID | None = None
    deleted_at: datetime | None = None

    def with_(self, **changes: Any) -> Self:
        """A copy with `changes`, checked anew."""
        return replace(self, **changes)


BOOKKEEPING = frozenset(
    {"version", "created_at", "updated_at", "created_by", "updated_by", "deleted_at"}
)
