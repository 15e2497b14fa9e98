"""What a list can be filtered and sorted by."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from moniqo.application.shared.query import Condition, eq, gte, lt
from moniqo.domain.shared.entity import Entity
from moniqo.domain.shared.schema import Field, schema, told

PAGING = ("limit", "offset", "cursor", "sort")
REMOVED = "include_deleted"
"""The parameter that asks for removed items too."""


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

    `sort` names the fields it may be ordered by, `filters` the query parameters, which go by the
    names that are told: a field's name stands for equality; `x_after` and `x_before` for the
    instant `x_at`, the first inclusive, unless they are fields themselves. `deleted` is the
    permission that shows removed items; without one nobody sees them. Fields `without` which
    it is shown are not read.
    """

    entity: type[Entity]
    sort: tuple[str, ...] = ("created_at",)
    filters: tuple[str | Filter, ...] = ()
    default: tuple[str, ...] = ("-created_at",)
    deleted: str | None = None
    without: tuple[str, ...] = ()
    parameters: dict[str, tuple[Filter, Field]] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        known = {item.name: item for item in schema(self.entity)}
        filters = [_filter(item, known) if isinstance(item, str) else item for item in self.filters]
        asked = {*self.sort, *self.default, *self.without, *(item.field for item in filters)}
        unknown = {name.removeprefix("-") for name in asked} - set(known)
        if unknown:
            raise TypeError(f"{self.entity.__name__} has no {', '.join(sorted(unknown))}")
        chosen = {item.name: (item, known[item.field]) for item in filters}
        object.__setattr__(self, "parameters", chosen)

    @property
    def names(self) -> frozenset[str]:
        """Every parameter that is taken."""
        removed = (REMOVED,) if self.deleted is not None else ()
        return frozenset((*PAGING, *removed, *self.parameters))

    @property
    def sortable(self) -> dict[str, str]:
        """The fields it may be ordered by, each under the name that it is told by."""
        return {told(name): name for name in self.sort}


def _filter(name: str, known: Mapping[str, Field]) -> Filter:
    for ending, make in (("_after", since), ("_before", until)):
        if name not in known and name.endswith(ending):
            return make(name, f"{name.removesuffix(ending)}_at")
    return Filter(told(name), name, eq)
