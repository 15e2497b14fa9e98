"""What a list can be filtered and sorted by, and how its query is read."""

from dataclasses import dataclass, field
from typing import Any

from moniqo.application.shared.query import Condition, Listing, eq, gte, lt
from moniqo.domain.shared.decoding import decode
from moniqo.domain.shared.entity import Entity, field_fault
from moniqo.domain.shared.errors import Fault, Invalid
from moniqo.domain.shared.rules import INT64
from moniqo.domain.shared.schema import Field, schema
from moniqo.entrypoints.http.query import as_json, pairs, refused

PAGING = ("limit", "offset", "cursor", "sort")


@dataclass(frozen=True, slots=True)
class Lists:
    """A list of `entity`.

    `sort` names the fields it may be ordered by, `filters` the query parameters: a field's
    name for equality; `x_after` and `x_before` for the instant `x_at`, the first inclusive.
    """

    entity: type[Entity]
    sort: tuple[str, ...] = ("created_at",)
    filters: tuple[str, ...] = ()
    default: tuple[str, ...] = ("-created_at",)
    fields: dict[str, Field] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        known = {item.name: item for item in schema(self.entity)}
        unknown = {name.removeprefix("-") for name in (*self.sort, *self.default)} - set(known)
        if unknown:
            raise TypeError(f"{self.entity.__name__} cannot be sorted by {sorted(unknown)}")
        chosen = {name: known[column(name, known)] for name in self.filters}
        object.__setattr__(self, "fields", chosen)


def column(name: str, known: dict[str, Field]) -> str:
    """The field that a filter is about."""
    for ending in ("_after", "_before"):
        if name not in known and name.endswith(ending):
            return f"{name.removesuffix(ending)}_at"
    return name


@dataclass(frozen=True, slots=True)
class ListReader:
    """Reads a query into a `Listing`; `most` is what a larger limit is cut to."""

    lists: Lists
    usual: int
    most: int

    def read(self, raw: bytes) -> Listing:
        """The listing; raises `Invalid` naming every parameter at fault."""
        sent = pairs(raw, frozenset((*PAGING, *self.lists.filters)))
        faults: list[Fault] = []
        values: dict[str, Any] = {}
        for name, text in sent.items():
            try:
                values[name] = self._value(name, text)
            except Invalid as problem:
                message = problem.faults[0].message if problem.faults else problem.message
                faults.append(Fault(name, message))
        if faults:
            raise refused(faults)
        return Listing(
            where=tuple(
                self._condition(name, values[name]) for name in values if name not in PAGING
            ),
            sort=values.get("sort", self.lists.default),
            limit=values.get("limit", self.usual),
            offset=values.get("offset", 0),
            cursor=values.get("cursor"),
        )

    def _value(self, name: str, text: str) -> object:
        if name == "limit":
            return min(_whole(text, 1), self.most)
        if name == "offset":
            return _offset(text)
        if name == "sort":
            return self._sort(text)
        if name == "cursor":
            return text
        wanted = self.lists.fields[name]
        value = decode(wanted.type, as_json(wanted.type, text))
        message = field_fault(wanted, value)
        if message:
            raise Invalid(message)
        return value

    def _sort(self, text: str) -> tuple[str, ...]:
        names = tuple(text.split(","))
        bare = [name.removeprefix("-") for name in names]
        if len(set(bare)) < len(bare) or not set(bare) <= set(self.lists.sort):
            raise Invalid(f"must name fields of {', '.join(self.lists.sort)}, each once")
        return names

    def _condition(self, name: str, value: object) -> Condition:
        target = self.lists.fields[name].name
        if target == name:
            return eq(name, value)
        return gte(target, value) if name.endswith("_after") else lt(target, value)


def _whole(text: str, least: int) -> int:
    if not (text.isascii() and text.isdigit()) or (text[0] == "0" and text != "0"):
        raise Invalid(f"must be a whole number of at least {least}")
    # A longer number is past every limit, whatever it is.
    number = int(text[:20])
    if number < least:
        raise Invalid(f"must be at least {least}")
    return number


def _offset(text: str) -> int:
    number = _whole(text, 0)
    if number >= INT64:
        raise Invalid("must fit 64 bits")
    return number
