"""What a list can be filtered and sorted by, and how its query is read."""

from collections.abc import Callable, Mapping
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


Compare = Callable[[str, object], Condition]


@dataclass(frozen=True, slots=True)
class Filter:
    """A query parameter and the condition that it makes on a field."""

    name: str
    field: str
    compare: Compare


def since(name: str, field: str) -> Filter:
    """From an instant on."""
    return Filter(name, field, gte)


def until(name: str, field: str) -> Filter:
    """Before an instant."""
    return Filter(name, field, lt)


@dataclass(frozen=True, slots=True)
class Lists:
    """A list of `entity`.

    `sort` names the fields it may be ordered by, `filters` the query parameters: a field's
    name stands for equality; `x_after` and `x_before` for the instant `x_at`, the first
    inclusive, unless they are fields themselves.
    """

    entity: type[Entity]
    sort: tuple[str, ...] = ("created_at",)
    filters: tuple[str | Filter, ...] = ()
    default: tuple[str, ...] = ("-created_at",)
    parameters: dict[str, tuple[Filter, Field]] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        known = {item.name: item for item in schema(self.entity)}
        filters = [_filter(item, known) if isinstance(item, str) else item for item in self.filters]
        asked = {*self.sort, *self.default, *(item.field for item in filters)}
        unknown = {name.removeprefix("-") for name in asked} - set(known)
        if unknown:
            raise TypeError(f"{self.entity.__name__} has no {', '.join(sorted(unknown))}")
        chosen = {item.name: (item, known[item.field]) for item in filters}
        object.__setattr__(self, "parameters", chosen)


def _filter(name: str, known: Mapping[str, Field]) -> Filter:
    for ending, make in (("_after", since), ("_before", until)):
        if name not in known and name.endswith(ending):
            return make(name, f"{name.removesuffix(ending)}_at")
    return Filter(name, name, eq)


@dataclass(frozen=True, slots=True)
class ListReader:
    """Reads a query into a `Listing`; `most` is what a larger limit is cut to."""

    lists: Lists
    usual: int
    most: int

    def read(self, raw: bytes) -> Listing:
        """The listing; raises `Invalid` naming every parameter at fault."""
        sent = pairs(raw, frozenset((*PAGING, *self.lists.parameters)))
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
                found.compare(found.field, values[name])
                for name, (found, _) in self.lists.parameters.items()
                if name in values
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
        _, wanted = self.lists.parameters[name]
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
