"""The base of every entity and of every composite value."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Self, TypeVar
from uuid import UUID

from moniqo.domain.shared.errors import Fault, Invalid
from moniqo.domain.shared.rules import decimal_fault, integer_fault, text_fault
from moniqo.domain.shared.schema import Field, plain, remembered, schema, told

Check = Callable[[Any], str | None]
V = TypeVar("V")
_INNER_WORD = re.compile(r"(?<=[a-z])[A-Z]")
_STORABLE: dict[type, Check] = {str: text_fault, int: integer_fault, Decimal: decimal_fault}


def spoken(kind: type) -> str:
    """What a reader calls it: `UserWallet` is a `User wallet`."""
    return _INNER_WORD.sub(lambda found: f" {found[0].lower()}", kind.__name__)


@remembered
def _checks_of(field: Field) -> tuple[Check, ...]:
    storable = _STORABLE.get(plain(field.type))
    rules = tuple(rule.fault for rule in field.rules)
    return (storable, *rules) if storable else rules


@remembered
def checks(owner: type) -> dict[str, tuple[Check, ...]]:
    """For each field with any condition its checks, in order."""
    found = {field.name: _checks_of(field) for field in schema(owner)}
    return {name: conditions for name, conditions in found.items() if conditions}


def field_fault(field: Field, value: object) -> str | None:
    """What is wrong with `value` as this field, None if nothing."""
    faults = (condition(value) for condition in _checks_of(field))
    return next((message for message in faults if message), None)


def faults_of(value: object, among: Iterable[str] | None = None) -> tuple[Fault, ...]:
    """Every field of the dataclass `value` (or of those `among`) that breaks its own rules."""
    conditions = checks(type(value))
    found = []
    for name in conditions if among is None else filter(conditions.__contains__, among):
        item = getattr(value, name)
        if item is None:
            continue
        for condition in conditions[name]:
            message = condition(item)
            if message is not None:
                found.append(Fault(told(name), message))
                break
    return tuple(found)


@remembered
def _writers(owner: type) -> dict[str, Callable[[Any, Any], None]]:
    """What writes each field past the frozen class's own guard."""
    return {field.name: getattr(owner, field.name).__set__ for field in schema(owner)}


@remembered
def _twin_maker(owner: type) -> Callable[[Any], Any]:
    """What copies an instance field by field, in code that is written out for its class.

    `dataclass` makes each `__init__` in the same way; a loop over the fields takes twice as long.
    """
    writers = _writers(owner)
    lines = [f" write_{name}(twin, value.{name})" for name in writers]
    code = "\n".join(["def make_twin(value):", " twin = new(owner)", *lines, " return twin"])
    names: dict[str, Any] = {f"write_{name}": write for name, write in writers.items()}
    names |= {"new": object.__new__, "owner": owner}
    exec(code, names)  # noqa: S102  (of the names of fields, which are Python's own)
    made: Callable[[Any], Any] = names["make_twin"]
    return made


def _copied(value: V, changes: Mapping[str, object]) -> V:
    """A copy of a frozen dataclass, unchecked: a quarter of the cost of `dataclasses.replace`."""
    owner = type(value)
    twin: V = _twin_maker(owner)(value)
    writers = _writers(owner)
    for name, item in changes.items():
        if name not in writers:
            raise TypeError(f"{owner.__name__} has no field {name}")
        writers[name](twin, item)
    return twin


@dataclass(frozen=True, slots=True)
class Value:
    """A composite without identity, or an input: its annotations' rules always hold."""

    def __post_init__(self) -> None:
        self._hold(faults_of(self))

    def with_(self, **changes: Any) -> Self:
        """A copy with `changes`: their rules, and those that span fields, are checked anew."""
        twin = _copied(self, changes)
        twin._hold(faults_of(twin, changes))  # noqa: SLF001  (of the same class)
        return twin

    def _hold(self, faults: tuple[Fault, ...]) -> None:
        if faults:
            raise Invalid.naming(spoken(type(self)), faults)
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

    def stamped(self, **bookkeeping: Any) -> Self:
        """A copy with other book-keeping, which no rule reads: nothing is checked."""
        return _copied(self, bookkeeping)


BOOKKEEPING = frozenset(
    {"version", "created_at", "updated_at", "created_by", "updated_by", "deleted_at"}
)
